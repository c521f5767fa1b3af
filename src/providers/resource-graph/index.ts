export { resourceGraphRoutes } from './routes.ts';
