using LT2.Eval.Harness.Plans;
using YamlDotNet.RepresentationModel;

namespace LT2.Eval.Harness.Gating;

/// <summary>A plan's tests, asked of one checkpoint instead of the models that the plan trains.</summary>
internal static class CheckpointPlan
{
    private const string NameEnding = "-checkpoint";

    // What an experiment keeps; all else is about training.
    private static readonly string[] Kept = ["name", "testedLoopCounts", "tests", "scoreBatchSize"];

    private static readonly string[] Left = ["curricula", "conversions", "timings", "claims"];

    /// <summary>Whether a run of this plan scored a checkpoint that was judged, and is no night.</summary>
    public static bool IsNameOfOne(string planName) => planName.EndsWith(NameEnding, StringComparison.Ordinal);

    /// <summary>The text of that plan; its name ends in <c>-checkpoint</c>, so that its runs are no nights of the plan.</summary>
    /// <param name="plan">The plan, with the parts that are wanted.</param>
    /// <param name="checkpoint">Checkpoint folder.</param>
    /// <exception cref="PlanException">The plan has no experiment.</exception>
    public static string Write(PlanDefinition plan, string checkpoint)
    {
        if (plan.Experiments.Count == 0)
        {
            throw new PlanException($"{plan.Source}: two checkpoints are judged by the tests of an experiment, and there is none among the parts that are wanted.");
        }

        var document = Models.Definitions.YamlDocuments.Load(new StringReader(plan.Text)).Single();
        var root = (YamlMappingNode)document.RootNode;
        Array.ForEach(Left, field => root.Children.Remove(field));
        root.Children["name"] = plan.Name + NameEnding;
        var wanted = plan.Experiments.Select(experiment => experiment.Name).ToHashSet(StringComparer.Ordinal);
        var experiments = ((YamlSequenceNode)root.Children["experiments"]).Cast<YamlMappingNode>().Where(item => wanted.Contains(((YamlScalarNode)item.Children["name"]).Value!)).ToList();
        foreach (var experiment in experiments)
        {
            foreach (var field in experiment.Children.Keys.Where(key => !Kept.Contains(((YamlScalarNode)key).Value)).ToList())
            {
                experiment.Children.Remove(field);
            }

            experiment.Children["checkpoints"] = new YamlSequenceNode(new YamlScalarNode(Path.GetFullPath(checkpoint)));
        }

        root.Children["experiments"] = new YamlSequenceNode(experiments);
        using var text = new StringWriter();
        new YamlStream(document).Save(text, assignAnchors: false);
        return text.ToString();
    }
}
