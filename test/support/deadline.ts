/**
 * Loaded before each test file: a file that hangs ends with a word on what it waited for, so that one fault costs one
 * file and not the run. Far above what the slowest file takes on a slow machine.
 */
const fileLimitMs = 20 * 60_000;

// The runner loads this too, and takes as long as all files together.
if (process.env['NODE_TEST_CONTEXT'])
  setTimeout(() => {
    const waitsFor = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(
      `${process.argv[1]} did not end within ${fileLimitMs / 60_000} min; open: ${waitsFor}\n`,
    );
    process.exit(1);
  }, fileLimitMs).unref();
