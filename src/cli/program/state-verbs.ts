import { homeOption, type Verb } from './declaration.ts';

/** The verbs that save, fork, rewind and compare the state of a home. */
export const stateVerbs: readonly Verb[] = [
  {
    word: 'snapshot',
    summary: 'keep the whole state of this home under a name, while its server runs or not',
    usage: 'create NAME | list | show NAME | delete NAME | export NAME FILE | import NAME FILE',
    takesWords: true,
    words: ['create', 'list', 'show', 'delete', 'export', 'import'],
    options: {
      ...homeOption,
      json: { type: 'boolean', summary: 'list and show: JSON with stable names' },
      overwrite: {
        type: 'boolean',
        summary: 'export: replace a FILE that exists, once the new one is complete',
      },
    },
    load: () => import('./snapshot.ts'),
  },
  {
    word: 'fork',
    summary: 'start a second estate from a snapshot, or from now, with keys and addresses of its own',
    usage: '[NAME|now] --home DIR --port N',
    takesWords: true,
    options: {
      home: { type: 'string', value: 'DIR', summary: 'folder of the new estate: empty, or not there yet' },
      port: { type: 'string', value: 'N', summary: 'port of its HTTPS listener (default: any free one)' },
      from: {
        type: 'string',
        value: 'DIR',
        summary: 'home of the first estate (default: $DRYDOCK_HOME, else ~/.drydock)',
      },
      'no-start': { type: 'boolean', summary: 'make the home and do not start its server' },
    },
    load: () => import('./fork.ts'),
  },
  {
    word: 'rewind',
    summary: 'go back to a snapshot; what is left is kept as a snapshot first',
    usage: 'NAME',
    takesWords: true,
    options: { ...homeOption },
    load: () => import('./rewind.ts'),
  },
];
