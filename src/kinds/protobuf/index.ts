export { decodeProtobuf, protobufMagic } from './decode.ts';
export {
  encodeProtobuf,
  encodeProtobufItem,
  encodeProtobufList,
  encodeProtobufMessage,
  encodeWatchEvent,
  type NamedKind,
  protobufEnvelope,
} from './encode.ts';
export { protobufLimits } from './limits.ts';
