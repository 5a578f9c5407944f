#!/usr/bin/env node
import { processIo } from './io.ts'
import { run } from './run.ts'

// process.exit would drop output that is not yet written to a pipe.
process.exitCode = await run(process.argv.slice(2), processIo())
