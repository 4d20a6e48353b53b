namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Plans small enough for a test, and a folder to run them in.</summary>
internal sealed class TinyPlan : IDisposable
{
    /// <summary>Two models trained a few steps on recall and scored at two loop counts; one short timing.</summary>
    public static string Recall { get; } = RecallPlan("tiny", "lt2-gdn@micro, looped-full@micro", samples: 30, "steps: 12, batchSize: 8") + """

        timings:
          - name: latency
            variants: [lt2-gdn@micro]
            loopCounts: [2]
            lengths: [16, 32]
            blocks: 2
            minimumBlockMilliseconds: 1
        """;

    public TinyPlan(string? text = null)
    {
        Folder = Directory.CreateTempSubdirectory("lt2-plan-").FullName;
        PlanPath = Path.Combine(Folder, "tiny.yaml");
        File.WriteAllText(PlanPath, text ?? Recall);
    }

    /// <summary>A plan that trains variants on recall at T = 1 and 2 and scores each at both.</summary>
    public static string RecallPlan(string name, string variants, int samples, string recipe, string seeds = "1") => $$"""
        name: {{name}}
        testSetSeed: 11
        seeds: [{{seeds}}]
        experiments:
          - name: recall
            variants: [{{variants}}]
            trainedLoopCounts: [1, 2]
            testedLoopCounts: [1, 2]
            train:
              suite: mqar
              parameters: { length: 16, pairs: 2, vocabulary: 16 }
              validationSamples: 20
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: {{samples}} }
            recipe: { {{recipe}} }
        """;

    public string Folder { get; }

    public string PlanPath { get; }

    public string StorePath => Path.Combine(Folder, "results", "runs", Results.Store.ResultStore.FileName);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
