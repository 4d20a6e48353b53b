namespace LT2.Eval.EndToEnd.Tests.Long;

/// <summary>Tests that build programs or kill hundreds of runs: minutes to hours, so only on demand; short forms of each are always run.</summary>
internal static class LongTests
{
    private const string Variable = "LT2_LONG_TESTS";

    public static bool AreWanted => Environment.GetEnvironmentVariable(Variable) == "1";

    public static void SkipUnlessWanted(string duration) => Assert.SkipUnless(AreWanted, $"Takes {duration}; set {Variable}=1 to run it.");
}
