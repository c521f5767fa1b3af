import type { TableColumns } from '../../apimachinery/contract.ts';
import { cellAt, since } from '../../apimachinery/duration.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { numberAt } from '../../apimachinery/read.ts';
import { type JsonObject, utf8 } from '../../base/index.ts';
import type { ListAnswer } from '../call/call.ts';
import { eventsBudget, formsBudget, Kept } from '../storage/kept.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Encoding, Form, Now } from './encoding.ts';
import type { IncludeObject } from './include-object.ts';
import { eventLine, jsonEvent, jsonList, jsonText, jsonType, openText, timeless } from './json.ts';
import { partialForm } from './partial.ts';
import { listMetadata } from './plain.ts';
import { Durations, Row } from './table-rows.ts';

const kind = 'Table';

/** Objects as rows, in a version of `meta.k8s.io`. */
export function tableForm(apiVersion: string, includeObject: IncludeObject): Form {
  const partial = partialForm(apiVersion);
  const rowOf = (columns: TableColumns, value: JsonObject, resource: ServedResource, now: Now) => {
    const cells = columns.cells(value).map((cell) => cellAt(cell, now()));
    if (includeObject === 'None') return { cells, object: null };
    return { cells, object: includeObject === 'Object' ? value : partial.one(value, resource, now) };
  };
  return {
    named: () => ({ kind, apiVersion }),
    one(value, resource, now) {
      // What is not of the kind itself: a scale, a deletion's options.
      const columns = columnsOf(value, resource);
      const rows = [rowOf(columns, value, resource, now)];
      return tableOf(apiVersion, resourceVersionOf(value), { columns, rows });
    },
    head: (list) => ({
      ...{ kind, apiVersion, metadata: listMetadata(list) },
      columnDefinitions: [...list.resource.definition.columns.definitions],
    }),
    items: 'rows',
    item: (value, resource, now) => rowOf(resource.definition.columns, value, resource, now),
    bookmark: (metadata) => ({ kind, apiVersion, metadata, rows: [] }),
  };
}

function columnsOf(value: JsonObject, { definition, custom }: ServedResource): TableColumns {
  if (value['kind'] === definition.kind) return definition.columns;
  return value['kind'] === 'Scale' && !custom ? scaleColumns : nameColumns;
}

function tableOf(
  apiVersion: string,
  metadata: JsonObject,
  { columns, rows }: { columns: TableColumns | undefined; rows: readonly JsonObject[] },
): JsonObject {
  return {
    ...{ kind, apiVersion, metadata },
    columnDefinitions: columns ? [...columns.definitions] : null,
    rows: [...rows],
  };
}

function resourceVersionOf(value: JsonObject): JsonObject {
  const { resourceVersion } = readMetadata(value);
  return resourceVersion === undefined ? {} : { resourceVersion };
}

/** Columns for values that are not of a stored kind (a Status, a review). */
const nameColumns: TableColumns = {
  definitions: [
    { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
    { name: 'Created At', type: 'date', format: '', description: '', priority: 0 },
  ],
  cells: (object) => {
    const { name, creationTimestamp } = readMetadata(object);
    return [name ?? '', creationTimestamp ?? ''];
  },
};

/** Columns of a Scale; those of custom resources have none of their own. */
const scaleColumns: TableColumns = {
  definitions: ['Name:string', 'Desired:integer', 'Available:integer', 'Age:string'].map((text) => {
    const [name = '', type = ''] = text.split(':');
    return { name, type, format: '', description: '', priority: 0 };
  }),
  cells: (object) => {
    const { name, creationTimestamp } = readMetadata(object);
    return [
      name ?? '',
      numberAt(object, 'spec', 'replicas'),
      numberAt(object, 'status', 'replicas'),
      since(textOf(creationTimestamp)),
    ];
  },
};

/** Tables in JSON. What does not move of an object's row is written once for each revision. */
export function tableJson(apiVersion: string, includeObject: IncludeObject): Encoding {
  const form = tableForm(apiVersion, includeObject);
  const rows = new KeptRows(apiVersion, includeObject);
  const events = new Kept<WrittenEvent>(eventsBudget, ({ bytes }) => bytes.length);
  const table = (object: StoredObject, resource: ServedResource, columns: TableColumns | undefined) => {
    const metadata = { resourceVersion: String(object.revision) };
    const { rows: _rows, ...head } = tableOf(apiVersion, metadata, { columns, rows: [] });
    return { head: openText(head, 'rows'), row: rows.of(object, resource) };
  };
  return {
    mediaType: jsonType,
    streamType: jsonType,
    messages: 'text',
    object(object, resource, now) {
      const { head, row } = table(object, resource, resource.definition.columns);
      return [head, written([row], new Durations(now())).subarray(1), tableEnd, lineBreak];
    },
    value: (value, resource, now) => utf8(jsonText(resource ? form.one(value, resource, now) : value)),
    list: (list, now) => jsonList(form, list, rows.chunksOf(list, now())),
    event({ type, object }, { resource, isFirst, now }) {
      const label = isFirst ? `${type} first` : type;
      const durations = new Durations(now());
      const known = events.find(object, resource, label);
      if (known && known.durations === known.row.durations(durations)) return known.bytes;
      const { head, row } = table(object, resource, isFirst ? resource.definition.columns : undefined);
      const bytes = eventLine(type, [head, written([row], durations).subarray(1), tableEnd]);
      events.keep(object, {
        served: resource,
        label,
        made: { bytes, row, durations: row.durations(durations) },
      });
      return bytes;
    },
    bookmark: (metadata, { resource }) => jsonEvent('BOOKMARK', form.bookmark(metadata, resource)),
    failure: (status) => jsonEvent('ERROR', status),
  };
}

interface WrittenEvent {
  readonly bytes: Buffer;
  readonly row: Row;
  /** Those that are printed in it. */
  readonly durations: string;
}

/** Bytes of rows that are written together. */
const chunkBytes = 256 * 1024;

class KeptRows {
  readonly #rows = new Kept<Row>(formsBudget, ({ mostBytes }) => mostBytes);
  readonly #includeObject: IncludeObject;
  readonly #partial: Form;

  constructor(apiVersion: string, includeObject: IncludeObject) {
    this.#includeObject = includeObject;
    this.#partial = partialForm(apiVersion);
  }

  of(object: StoredObject, resource: ServedResource): Row {
    return (
      this.#rows.find(object, resource) ??
      this.#rows.keep(object, { served: resource, made: this.#make(object, resource) })
    );
  }

  chunksOf({ objects, resource }: ListAnswer, nowMs: number): Buffer[] {
    const durations = new Durations(nowMs);
    const chunks: Buffer[] = [];
    let rows: Row[] = [];
    let bytes = 0;
    for (const object of objects) {
      const row = this.of(object, resource);
      rows.push(row);
      bytes += row.mostBytes;
      if (bytes < chunkBytes) continue;
      chunks.push(written(rows, durations));
      rows = [];
      bytes = 0;
    }
    if (rows.length > 0) chunks.push(written(rows, durations));
    const [head] = chunks;
    if (head) chunks[0] = head.subarray(1);
    return chunks;
  }

  #make(object: StoredObject, resource: ServedResource): Row {
    const value = object.peek(resource);
    const cells = resource.definition.columns.cells(value);
    if (this.#includeObject === 'None') return new Row(cells, undefined);
    if (this.#includeObject === 'Object') return new Row(cells, object.bytes(resource));
    return new Row(cells, Buffer.from(JSON.stringify(this.#partial.one(value, resource, timeless))));
  }
}

/** With a comma in front of each. */
function written(rows: readonly Row[], durations: Durations): Buffer {
  let most = 0;
  for (const row of rows) most += row.mostBytes;
  const into = Buffer.allocUnsafeSlow(most);
  let at = 0;
  for (const row of rows) at = row.write(into, at, durations);
  return into.subarray(0, at);
}

const tableEnd = Buffer.from(']}');
const lineBreak = Buffer.from('\n');
