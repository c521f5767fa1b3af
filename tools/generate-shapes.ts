/**
 * `npm run build:shapes`: what bodies of resource types may hold, from the mappers of Azure's own SDKs (development dependencies),
 * into `src/providers/shapes.json`. The file is checked in; a test tells when it is not what this makes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Shape, ShapeMap } from '../src/providers/shape.ts';

interface Mapper {
  readonly serializedName?: string;
  readonly readOnly?: boolean;
  readonly type: MapperType;
}

interface MapperType {
  readonly name: string;
  readonly className?: string;
  readonly element?: Mapper;
  readonly value?: Mapper;
  readonly modelProperties?: Readonly<Record<string, Mapper>>;
}

/** Where the mappers of a package lie, and the model of each type. */
const sources = [
  {
    mappers: 'arm-network/dist/esm/models/mappers.js',
    models: {
      bastionHosts: 'BastionHost',
      networkSecurityGroups: 'NetworkSecurityGroup',
      peerings: 'VirtualNetworkPeering',
      publicIPAddresses: 'PublicIPAddress',
      securityRules: 'SecurityRule',
      subnets: 'Subnet',
      virtualNetworks: 'VirtualNetwork',
    },
  },
  {
    mappers: 'arm-extendedlocation/dist-esm/src/models/mappers.js',
    models: { customLocations: 'CustomLocation', resourceSyncRules: 'ResourceSyncRule' },
  },
  {
    mappers: 'arm-hybridkubernetes/dist-esm/src/models/mappers.js',
    models: { connectedClusters: 'ConnectedCluster' },
  },
  {
    mappers: 'arm-authorization/dist-esm/src/models/mappers.js',
    models: { roleAssignments: 'RoleAssignmentCreateParameters', roleDefinitions: 'RoleDefinition' },
  },
  {
    mappers: 'arm-msi/dist/esm/models/mappers.js',
    models: {
      federatedIdentityCredentials: 'FederatedIdentityCredential',
      userAssignedIdentities: 'Identity',
    },
  },
] as const;

export const shapesFile = join(import.meta.dirname, '../src/providers/shapes.json');

/** The text of the file as the installed packages have it. */
export async function shapesText(): Promise<string> {
  const shapes: Record<string, Shape> = {};
  for (const { mappers, models } of sources) {
    const file = join(import.meta.dirname, '../node_modules/@azure', mappers);
    const classes = await classesOf(file);
    for (const [type, model] of Object.entries(models)) shapes[type] = propertiesOf(model, classes);
  }
  return `${JSON.stringify(sorted(shapes), undefined, 1)}\n`;
}

type Classes = ReadonlyMap<string, MapperType>;

async function classesOf(file: string): Promise<Classes> {
  const mappers: Record<string, Mapper> = await import(pathToFileURL(file).href);
  const classes = new Map<string, MapperType>();
  for (const { type } of Object.values(mappers)) {
    if (type?.className) classes.set(type.className, type);
  }
  return classes;
}

function propertiesOf(model: string, classes: Classes): Shape {
  const shape = objectShape(model, { classes, above: [] });
  if (typeof shape === 'string' || !('properties' in shape)) throw new Error(`${model} has no properties`);
  return shape.properties ?? {};
}

interface Place {
  readonly classes: Classes;
  /** The models that this one stands in. */
  readonly above: readonly string[];
}

function objectShape(model: string, { classes, above }: Place): Shape {
  const members = classes.get(model)?.modelProperties;
  if (!members) throw new Error(`no model ${model}`);
  // What has a location is a resource of its own, and so is what a model holds that it stands in: a body only refers to it.
  if (above.includes(model) || (above.length > 0 && members.id && members.location)) return { id: 'text' };
  const shape: ShapeTree = {};
  for (const [name, mapper] of Object.entries(members)) {
    const path = (mapper.serializedName ?? name).split(/(?<!\\)\./).map((one) => one.replaceAll('\\.', '.'));
    put(shape, path, valueShape(mapper, { classes, above: [...above, model] }));
  }
  return shape as ShapeMap; // Written above, read from here on.
}

interface ShapeTree {
  [member: string]: Shape | ShapeTree;
}

function put(shape: ShapeTree, [name = '', ...inner]: readonly string[], value: Shape): void {
  if (inner.length === 0) {
    shape[name] = value;
    return;
  }
  const held = shape[name] ?? {};
  shape[name] = held;
  put(held as ShapeTree, inner, value); // A member whose name goes on is an object.
}

function valueShape({ type, readOnly = false }: Mapper, place: Place): Shape {
  switch (type.name) {
    case 'Composite':
      // Services say these themselves and look at none of them in a body.
      return readOnly || !type.className ? 'any' : objectShape(type.className, place);
    case 'Sequence': {
      const item = type.element ? valueShape({ ...type.element, readOnly }, place) : 'any';
      return item === 'any' && readOnly ? 'any' : [item];
    }
    case 'Dictionary':
      return { '*': type.value ? valueShape(type.value, place) : 'any' };
    case 'Boolean':
      return 'boolean';
    case 'Number':
      return 'integer';
    case 'any':
    case 'Object':
      return 'any';
    default:
      return 'text';
  }
}

function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T; // The same list.
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)])) as T; // The same members.
}

if (import.meta.main) writeFileSync(shapesFile, await shapesText());
