export { createPortalHandler } from './handler.ts';
