using LT2.Eval.Harness.Commands;

return CommandLineProgram.Run(args, CommandEnvironment.OfThisProcess(args));
