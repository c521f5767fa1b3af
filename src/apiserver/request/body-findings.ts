/** What reading a body found beyond its value. */
export interface BodyFindings {
  /** Members that stand twice in one object, one text each, as warnings say it. */
  readonly warnings: string[];
  /** The same as the parts of a strict decoding error. */
  readonly strict: string[];
  /** Texts of numbers, by path, that do not stand as plain integers of 64 bits. */
  readonly numbers: Map<string, string>;
  /** The text of a number that no double holds. */
  tooLarge: string | undefined;
}
