using LT2.Eval.Harness.Execution;
using LT2.Eval.Models;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Checkpoints that an experiment names, and whether they can answer its tests. Reads their metadata alone, no weights.</summary>
internal static class CheckpointExperiments
{
    /// <summary>The checkpoints of an experiment.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="experiment">One of its experiments.</param>
    /// <param name="tests">Its tests; null for those that have problems of their own.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static IReadOnlyList<GivenCheckpoint> Open(
        PlanDefinition plan, ExperimentDefinition experiment, IReadOnlyList<(TestReference Reference, ICase? Case)> tests, List<string> problems)
    {
        var opened = new List<GivenCheckpoint>();
        foreach (var folder in experiment.Checkpoints)
        {
            try
            {
                var metadata = CheckpointFolder.ReadMetadata(folder);
                var vocabulary = Vocabulary(folder, metadata, $"{plan.Source}:{experiment.Line}: checkpoints", problems);
                foreach (var (reference, test) in tests)
                {
                    if (test is not null && Mismatch(folder, metadata, vocabulary, test) is { } mismatch)
                    {
                        problems.Add($"{plan.Source}:{reference.Case.Line}: {mismatch}");
                    }
                }

                opened.Add(new GivenCheckpoint(folder, metadata, plan.Dtype));
            }
            catch (ModelException error)
            {
                problems.AddRange(error.Problems.Select(problem => $"{plan.Source}:{experiment.Line}: checkpoints: {problem}"));
            }
        }

        foreach (var group in opened.GroupBy(checkpoint => (checkpoint.RecipeHash, checkpoint.Seed, checkpoint.Model.VariantId)).Where(group => group.Count() > 1))
        {
            problems.Add($"{plan.Source}:{experiment.Line}: checkpoints: {string.Join(" and ", group.Select(checkpoint => $"'{checkpoint.Folder}'"))} could not be told apart in the records; rename one of the folders.");
        }

        return opened;
    }

    /// <summary>Ids of the checkpoint's tokenizer; null without one, or where it cannot be read, which is a problem.</summary>
    private static int? Vocabulary(string folder, CheckpointMetadata metadata, string where, List<string> problems)
    {
        if (metadata.Tokenizer == CheckpointTokenizer.None)
        {
            return null;
        }

        try
        {
            var size = CheckpointTokenizer.VocabularySize(folder, metadata);
            if (size > metadata.Definition.VocabularySize)
            {
                problems.Add($"{where}: {CheckpointTokenizer.TooManyIds(folder, metadata, size)}");
            }

            return size;
        }
        catch (TaskException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{where}: '{folder}': {problem}"));
            return null;
        }
    }

    private static string? Mismatch(string folder, CheckpointMetadata metadata, int? vocabulary, ICase test) => test switch
    {
        IGeneratedCase generated when generated.VocabularySize > metadata.Definition.VocabularySize =>
            $"{CaseText.Name(test)} uses {generated.VocabularySize} ids, but the checkpoint '{folder}' knows {metadata.Definition.VocabularySize}.",
        IGeneratedCase when vocabulary is not null || metadata.Tokenizer != CheckpointTokenizer.None =>
            $"{CaseText.Name(test)} has generated token ids, but the checkpoint '{folder}' reads text (tokenizer '{metadata.Tokenizer}').",
        ITextCase when metadata.Tokenizer == CheckpointTokenizer.None =>
            $"{CaseText.Name(test)} is text, but the checkpoint '{folder}' was trained on the ids of a generated suite and has no tokenizer.",
        _ => null,
    };
}
