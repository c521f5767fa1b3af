export { decodeProtobuf, protobufMagic } from './decode.ts';
export {
  encodeProtobuf,
  encodeProtobufList,
  encodeProtobufMessage,
  encodeProtobufWatchFrame,
} from './encode.ts';
export { protobufLimits } from './limits.ts';
