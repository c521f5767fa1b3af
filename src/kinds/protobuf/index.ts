export { decodeProtobuf, protobufMagic } from './decode.ts';
export {
  encodeProtobuf,
  encodeProtobufList,
  encodeProtobufMessage,
  encodeWatchEvent,
  protobufEnvelope,
} from './encode.ts';
export { protobufLimits } from './limits.ts';
