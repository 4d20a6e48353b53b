using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.MultipleChoice;

/// <summary>The scores of one multiple-choice document from its choices' log-likelihoods. Of equal choices the first wins.</summary>
public static class MultipleChoiceScoring
{
    /// <summary>acc: the gold choice is the likeliest.</summary>
    public static double Accuracy(IReadOnlyList<double> logLikelihoods, int gold) => IndexOfLargest(logLikelihoods) == gold ? 1 : 0;

    /// <summary>acc_norm: likeliest per Unicode code point of the choice without its delimiter (not per byte, not per token).</summary>
    public static double AccuracyPerCodePoint(IReadOnlyList<double> logLikelihoods, IReadOnlyList<string> choices, int gold) =>
        Accuracy(Divide(logLikelihoods, choices, PythonText.CodePointCount), gold);

    /// <summary>acc_bytes: likeliest per UTF-8 byte of the choice.</summary>
    public static double AccuracyPerByte(IReadOnlyList<double> logLikelihoods, IReadOnlyList<string> choices, int gold) =>
        Accuracy(Divide(logLikelihoods, choices, PythonText.ByteCount), gold);

    /// <summary>acc_mutual_info: the choice that its context makes likelier most.</summary>
    /// <param name="logLikelihoods">With the context.</param>
    /// <param name="unconditionalLogLikelihoods">With an empty context.</param>
    /// <param name="gold">Index of the right choice.</param>
    public static double AccuracyOfMutualInformation(
        IReadOnlyList<double> logLikelihoods, IReadOnlyList<double> unconditionalLogLikelihoods, int gold) =>
        Accuracy([.. logLikelihoods.Zip(unconditionalLogLikelihoods, (with, without) => with - without)], gold);

    /// <summary>Brier score: squared distance of softmax(log-likelihoods) to the one-hot gold.</summary>
    public static double Brier(IReadOnlyList<double> logLikelihoods, int gold) =>
        Softmax(logLikelihoods).Select((probability, i) => Math.Pow(probability - (i == gold ? 1 : 0), 2)).Sum();

    /// <summary>exp(ll) normalised over the choices.</summary>
    public static IReadOnlyList<double> Softmax(IReadOnlyList<double> logLikelihoods)
    {
        var largest = logLikelihoods.Max();
        var weights = logLikelihoods.Select(value => Math.Exp(value - largest)).ToList();
        var total = weights.Sum();
        return [.. weights.Select(weight => weight / total)];
    }

    /// <summary>Index of the largest value; the first of equals; the first NaN if there is one, as NumPy's argmax has it.</summary>
    public static int IndexOfLargest(IReadOnlyList<double> values)
    {
        var best = 0;
        for (var i = 0; i < values.Count; i++)
        {
            if (double.IsNaN(values[i]))
            {
                return i;
            }

            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    // An empty choice divides by zero as the reference does: its quotient is minus infinity, or NaN for a log-likelihood of 0.
    private static double[] Divide(IReadOnlyList<double> logLikelihoods, IReadOnlyList<string> choices, Func<string, int> length) =>
        [.. logLikelihoods.Zip(choices, (value, choice) => value / length(choice))];
}
