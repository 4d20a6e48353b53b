namespace LT2.Eval.EndToEnd.Tests.Gating;

/// <summary>The smallest plan that trains and scores something: a night of a second.</summary>
internal static class NightPlan
{
    public const string Text = """
        name: night
        testSetSeed: 3
        experiments:
          - name: recall
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [1]
            testedLoopCounts: [1]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 10 }
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 50 }
            recipe: { steps: 4, batchSize: 4 }
        """;
}
