using System.Globalization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Which of several trainings, that differ in learning rate alone, is looked at.</summary>
internal static class CandidateChoice
{
    /// <summary>The candidate with the least validation loss; with a sweep, choice and losers are recorded as an event.</summary>
    /// <exception cref="Models.ModelException">None has a validation loss.</exception>
    public static (ICheckpointSource Chosen, IReadOnlyList<EventRecord> Events) Choose(string cellId, IReadOnlyList<ICheckpointSource> candidates, CellContext context)
    {
        if (candidates.Count == 1)
        {
            return (candidates[0], []);
        }

        var losses = candidates
            .Select(candidate => (Candidate: candidate, Loss: Validation(candidate, context)))
            .Where(pair => pair.Loss is not null)
            .OrderBy(pair => pair.Loss)
            .ToList();
        if (losses.Count == 0)
        {
            var rates = string.Join(", ", candidates.Select(candidate => string.Create(CultureInfo.InvariantCulture, $"{LearningRate(candidate):0.######}")));
            throw new Models.ModelException(
                $"None of the trainings at learning rates {rates} has a validation loss, so that none can be chosen. Look at their training curves; other rates may help.");
        }

        var chosen = losses[0].Candidate;
        var table = string.Join(", ", losses.Select(pair =>
            string.Create(CultureInfo.InvariantCulture, $"{LearningRate(pair.Candidate):0.######}: {pair.Loss:0.0000}")));
        return (chosen, [context.Event(cellId, "info",
            string.Create(CultureInfo.InvariantCulture, $"Learning rate {LearningRate(chosen):0.######} chosen by validation loss ({table} nat/token)."))]);
    }

    private static double? LearningRate(ICheckpointSource cell) => (cell as TrainCell)?.Recipe.LearningRate;

    private static double? Validation(ICheckpointSource cell, CellContext context)
        => context.Store.Metrics(context.RunId).FirstOrDefault(metric => metric.CellId == cell.Id && metric.Key.Metric == ValidationLoss.MetricName)?.Value;
}
