export { decodeProtobuf, protobufMagic } from './decode.ts';
export {
  encodeProtobuf,
  encodeProtobufList,
  encodeProtobufMessage,
} from './encode.ts';
export { protobufLimits } from './limits.ts';
