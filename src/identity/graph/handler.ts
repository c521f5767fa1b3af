import type { Handler } from '../../http/contract.ts';
import type { Surface } from '../surface.ts';

export function createGraphHandler(_surface: Surface): Handler {
  return () => ({ status: 501 });
}
