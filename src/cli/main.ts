/** Entry of the command line. Loads the table of commands; what a command needs is loaded when it is called. */
import { argv } from 'node:process';
import { runProgram } from './program.ts';

process.exitCode = await runProgram(argv.slice(2));
