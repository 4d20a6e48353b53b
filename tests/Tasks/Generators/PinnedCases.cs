namespace LT2.Eval.Tasks.Tests.Generators;

/// <summary>
/// One or more cases of every generated task, with the digest of the first 64 test samples of seed 1. A digest changes only together with
/// the suite's version: whoever changes what is drawn raises it.
/// </summary>
internal static class PinnedCases
{
    /// <summary>Suite, task, parameters ("name=value", blank-separated), digest.</summary>
    public static TheoryData<string, string, string, string> All => new()
    {
        { "mqar", "mqar", "", "aeda6d6e3ae98aa03555dccce1409e5713931364e4759b739c488a867ced573d" },
        { "mqar", "mqar", "length=32 pairs=4 vocabulary=64 power=1 randomFiller=false", "5b4197369cd6073c33009cce45661e4d1608c4f825b1316d2bd37875f6537fcf" },
        { "mqar", "mqar", "length=256 pairs=16 passes=2", "8da88075ad3e1c859232f64ddbf824c48971b9af0179b0b7bb8edf05f570d085" },
        { "parity", "parity", "", "d11c178de519b1098b87e36273edf17ce819e1cc9571e0c1d5942d46298cf430" },
        { "parity", "parity", "length=64 labels=last", "ae7907f3c4b22e281d3647452e8552753d04df0a9ca2c1eb763d4cf9bd938b9f" },
    };

    /// <summary>Task and parameters of the cases above whose sequences are so few that 4,000 draws repeat some.</summary>
    public static HashSet<(string, string)> HaveFewSequences { get; } = [("parity", "")];
}
