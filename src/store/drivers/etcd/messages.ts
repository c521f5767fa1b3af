import protobuf from 'protobufjs';

/**
 * The part of etcd's v3 interface that the driver speaks. Field numbers: rpc.proto and kv.proto of etcd 3.4, which later
 * versions keep. Source: https://etcd.io/docs/v3.4/dev-guide/api_reference_v3/
 */
const interfaceText = `
syntax = "proto3";
message ResponseHeader { uint64 cluster_id = 1; uint64 member_id = 2; int64 revision = 3; }
message KeyValue { bytes key = 1; int64 create_revision = 2; int64 mod_revision = 3; bytes value = 5; int64 lease = 6; }
message RangeRequest { bytes key = 1; bytes range_end = 2; int64 limit = 3; int64 revision = 4; bool keys_only = 8; bool count_only = 9; }
message RangeResponse { ResponseHeader header = 1; repeated KeyValue kvs = 2; bool more = 3; int64 count = 4; }
message PutRequest { bytes key = 1; bytes value = 2; int64 lease = 3; }
message DeleteRangeRequest { bytes key = 1; }
message Nothing { ResponseHeader header = 1; }
message RequestOp { oneof request { RangeRequest request_range = 1; PutRequest request_put = 2; DeleteRangeRequest request_delete_range = 3; } }
message ResponseOp { oneof response { RangeResponse response_range = 1; } }
message Compare { int32 result = 1; int32 target = 2; bytes key = 3; oneof target_union { int64 mod_revision = 6; int64 lease = 8; } }
message TxnRequest { repeated Compare compare = 1; repeated RequestOp success = 2; repeated RequestOp failure = 3; }
message TxnResponse { ResponseHeader header = 1; bool succeeded = 2; repeated ResponseOp responses = 3; }
message CompactionRequest { int64 revision = 1; }
message WatchCreateRequest { bytes key = 1; bytes range_end = 2; int64 start_revision = 3; }
message WatchRequest { WatchCreateRequest create_request = 1; }
message Event { int32 type = 1; KeyValue kv = 2; }
message WatchResponse { ResponseHeader header = 1; bool created = 3; bool canceled = 4; int64 compact_revision = 5; string cancel_reason = 6; repeated Event events = 11; }
message LeaseGrantRequest { int64 TTL = 1; int64 ID = 2; }
message LeaseGrantResponse { int64 ID = 2; int64 TTL = 3; }
message LeaseRequest { int64 ID = 1; }
message LeaseKeepAliveResponse { int64 ID = 2; int64 TTL = 3; }
message LeaseTimeToLiveRequest { int64 ID = 1; bool keys = 2; }
message LeaseTimeToLiveResponse { int64 TTL = 3; int64 grantedTTL = 4; repeated bytes keys = 5; }
`;

/** Numbers of 64 bits arrive as decimal texts, absent fields with their defaults. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly value: Uint8Array;
  readonly lease: string;
}

interface Headed {
  readonly header: { readonly revision: string };
}

export interface RangeResponse extends Headed {
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

export interface TxnResponse extends Headed {
  readonly succeeded: boolean;
  readonly responses: readonly { readonly response_range?: RangeResponse }[];
}

export interface WatchResponse extends Headed {
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compact_revision: string;
  readonly cancel_reason: string;
  /** Type 1 is a deletion. */
  readonly events: readonly { readonly type: number; readonly kv: KeyValue }[];
}

/** What each method takes and gives. */
export interface Methods {
  readonly range: { readonly gives: RangeResponse };
  readonly txn: { readonly gives: TxnResponse };
  readonly compact: { readonly gives: Headed };
  readonly watch: { readonly gives: WatchResponse };
  readonly leaseGrant: { readonly gives: { readonly ID: string; readonly TTL: string } };
  readonly leaseRevoke: { readonly gives: Headed };
  readonly leaseKeepAlive: { readonly gives: { readonly ID: string; readonly TTL: string } };
  readonly leaseTimeToLive: {
    readonly gives: { readonly TTL: string; readonly keys: readonly Uint8Array[] };
  };
}

/** A method as gRPC names it, with its codecs. */
export interface Method<Gives> {
  readonly path: string;
  encode(request: object): Buffer;
  decode(bytes: Buffer): Gives;
}

const { root } = protobuf.parse(interfaceText, { keepCase: true });

function method<Gives>(path: string, takes: string, gives: string): Method<Gives> {
  const [request, response] = [root.lookupType(takes), root.lookupType(gives)];
  return {
    path: `/etcdserverpb.${path}`,
    encode: (value) => Buffer.from(request.encode(request.fromObject(value)).finish()),
    decode(bytes) {
      const read = response.toObject(response.decode(bytes), { longs: String, arrays: true, defaults: true });
      // The schema beside the name says what it holds.
      return read as Gives;
    },
  };
}

export const methods: { readonly [Name in keyof Methods]: Method<Methods[Name]['gives']> } = {
  range: method('KV/Range', 'RangeRequest', 'RangeResponse'),
  txn: method('KV/Txn', 'TxnRequest', 'TxnResponse'),
  compact: method('KV/Compact', 'CompactionRequest', 'Nothing'),
  watch: method('Watch/Watch', 'WatchRequest', 'WatchResponse'),
  leaseGrant: method('Lease/LeaseGrant', 'LeaseGrantRequest', 'LeaseGrantResponse'),
  leaseRevoke: method('Lease/LeaseRevoke', 'LeaseRequest', 'Nothing'),
  leaseKeepAlive: method('Lease/LeaseKeepAlive', 'LeaseRequest', 'LeaseKeepAliveResponse'),
  leaseTimeToLive: method('Lease/LeaseTimeToLive', 'LeaseTimeToLiveRequest', 'LeaseTimeToLiveResponse'),
};
