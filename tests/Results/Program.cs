using LT2.Eval.Results.Tests.Store;

if (args is [StoreWriter.Verb, var path, var run, var first, var count])
{
    StoreWriter.Write(path, run, Number(first), Number(count));
    return 0;
}
if (args.Any(arg => arg is "--server" or "--internal-msbuild-node"))
    return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, LT2.Eval.Results.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
