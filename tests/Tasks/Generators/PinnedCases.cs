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
        { "mqar", "mqar-mixture", "", "c25e63ed8f2ad3d88769dc30cc566c5237e019186bfff974638cc605877a9aa9" },
        { "mqar", "mqar-mixture", "cells=32:4:1,64:8:3 vocabulary=64 power=1", "39387ea3e1a56315c6951b620a62ff99d5b5dbfb742129d2d7774e708f9b1621" },
        { "parity", "parity", "", "d11c178de519b1098b87e36273edf17ce819e1cc9571e0c1d5942d46298cf430" },
        { "parity", "parity", "length=64 labels=last", "ae7907f3c4b22e281d3647452e8552753d04df0a9ca2c1eb763d4cf9bd938b9f" },
        { "parity", "parity-curriculum", "", "bf618d2de5776eca4cf5146455dcdb3cbf7aea022ea14d9ce3c05ca502360250" },
        { "in-context-recall", "in-context-recall", "", "fbb697743f946fe5182328d6f1be861c62f478f865fabc0b192ab286aa0a4eec" },
        { "in-context-recall", "noisy-recall", "", "3140c14ea5fb17aea238f945801caf47985aff9361af52a1b9540df55047ca57" },
        { "in-context-recall", "noisy-recall", "length=64 noise=0.8", "aba5ce9fe1426ba858d5dc8c8654766dfe23dd3f4e71be0d47a5a9f296539341" },
        { "fuzzy-recall", "fuzzy-recall", "", "88864d389889c903c801bd172d3abfecb462e1c41c87a41073f8773d63c296ad" },
        { "fuzzy-recall", "fuzzy-recall", "length=40 keys=2 maximumKeyLength=2 trainingLabels=next-token", "a04781217c9b4d15518ef498bc23113157be5b4cb1d7b3335a5fa39ee469efb8" },
        { "copying", "selective-copying", "", "de042454a20e0d338288fdcd48c981b246fd00b5262fce5525bcd11322364ef9" },
        { "copying", "copying", "", "fbe33d3ed940d00c86bbef014b181f86eafd85e0ef0e4f5f129cc004cf823e35" },
        { "copying", "copying", "length=5 tokens=2", "a5ebb8de7cd168455ccd658a4346eb297eedbd6c8a076a3aa270b8f626cfe6cf" },
        { "memorization", "memorization", "", "34284b819c14fa090c38f5c1b1d1fcd078c8ae937e107b0bb94a527d48fd59b5" },
        { "multi-hop-recall", "multi-hop-recall", "", "040b2104b9673c6740d0286b75e44873a274366ce349b19766d0450902aff6a8" },
        { "multi-hop-recall", "multi-hop-recall", "pairs=12 hops=5 minimumHops=1 queries=12", "4dafb0f07b217eb2608e0d0ee4d746d277dc488b6e15643df590ffe6510b3dd6" },
        { "synthetic-needle", "synthetic-needle", "", "2eb1c86726060d74f2882b1a9e6863e291f6cceeff2352da9b8decf8b2ac22a2" },
        { "synthetic-needle", "synthetic-needle", "length=128 needles=4 digits=3 filler=random", "8c16cd5b9a55192ee6696ab03100a625aa0fe28c9cf538ac76347549fad4193d" },
        { "modular-arithmetic", "modular-arithmetic", "", "1ba5d284bf05075b63bd8708ae96509e02217729836f64810e20e0e1e9caf3fa" },
        { "modular-arithmetic", "modular-arithmetic", "length=64 modulus=7 multiplication=false", "cb723a8232885caca011fc875b7088ef32dbf61f559cd20394e8c9a4a89f7a9b" },
        { "modular-arithmetic", "modular-arithmetic-brackets", "", "271bfdd1defdff0430636e0c5c17edbd2645644eb338656cc7de251f95b22669" },
        { "modular-arithmetic", "modular-arithmetic-brackets", "length=65 multiplication=true", "327c3072dca7387c80121a7db37f1fc1b3bee77cacd43290ea160c6f4c05cd63" },
        { "group-words", "s3", "", "bf5fecd6d3f29a891c1e896a5e985b10df1287d54805f9d7b82ed01d15d5bc78" },
        { "group-words", "s3", "length=16 elements=transpositions activeTokens=4", "6fc5bbaeb8f77f2c2ae55b51233d3eeba221c0722c0040a0d486c3693766788a" },
        { "group-words", "a5", "", "bc6cf6f0a6ce886d638e1abf19a67d5c98a2c91934b1a961221ac91dff7b189b" },
        { "group-words", "s5", "", "738cdd63abb04c12dbebdbf6cc6a921c95da7bf538ca6090a06fa2cee72fe84a" },
        { "group-words", "s5", "length=64 elements=transpositions", "d3079eec05d10f0acba84ec76e8d7c1aad76b7610b518bbbcc4fde97cda49eb1" },
        { "group-words", "z60", "", "d30fbcc4c68017b7c43760eed49b52435050b6fa241e00f9935266921f530773" },
        { "group-words", "a4xz5", "", "22ddae30e8bb96603eeca174a958cefea7aa71f2bbbf68c401dbd499f8ee21cf" },
        { "group-words", "cyclic", "order=7 length=24", "e6dc3932321801e27db49fab8846eb1b2da8e483e21968b18f53c0a02a5a3d14" },
        { "state-based-recall", "state-based-recall", "", "c431a8ab777b305b4c4df8bd5f4ec645cfe1330d4aee7e635544077cd97946f8" },
        { "state-based-recall", "state-based-recall", "size=32 swaps=12 valueAlphabet=16", "4e002aa59df8949e3239b89819070ef4ff83f24c0e68fc4f56b4dbf76ab05487" },
        { "state-based-recall", "state-based-recall", "size=12 addresses=written trainingLabels=every-pointer", "dd6a10aa5d567aaaa3db60acc232ddca4e93dfc1d8ef8219069a0778ed701a70" },
        { "state-based-recall", "state-based-recall-curriculum", "", "6306b9e59723586b399a52a3c69c268a264e0c5b55b3cfc32275ec323111383b" },
    };

    /// <summary>Task and parameters of the cases above whose sequences are so few that 4,000 draws repeat some.</summary>
    public static HashSet<(string, string)> HaveFewSequences { get; } =
    [
        ("parity", ""),
        ("copying", "length=5 tokens=2"),
        ("s3", "length=16 elements=transpositions activeTokens=4"),
    ];
}
