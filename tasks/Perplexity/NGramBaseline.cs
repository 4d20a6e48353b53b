using System.Text;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Perplexity;

/// <summary>Bits per byte that n-gram models reach: what a language model must beat to have learnt more than spelling.</summary>
public static class NGramBaseline
{
    /// <summary>Bits per byte of the model of one order on held-out documents.</summary>
    /// <param name="order">1 to 7.</param>
    /// <param name="trainingDocuments">What the model counts.</param>
    /// <param name="heldOutDocuments">What it is tested on.</param>
    public static double BitsPerByte(int order, IEnumerable<CorpusDocument> trainingDocuments, IEnumerable<CorpusDocument> heldOutDocuments) =>
        BitsPerByteByOrder(order, trainingDocuments, heldOutDocuments)[order - 1];

    /// <summary>Bits per byte of orders 1 to <paramref name="largestOrder"/>, in one pass; entry k is order k + 1.</summary>
    public static IReadOnlyList<double> BitsPerByteByOrder(
        int largestOrder, IEnumerable<CorpusDocument> trainingDocuments, IEnumerable<CorpusDocument> heldOutDocuments)
    {
        var model = NGramModel.Train(largestOrder, trainingDocuments.Select(document => Encoding.UTF8.GetBytes(document.Text)));
        var bits = new double[largestOrder];
        long bytes = 0;
        foreach (var document in heldOutDocuments)
        {
            var content = Encoding.UTF8.GetBytes(document.Text);
            bytes += content.Length;
            var lost = model.BitsByOrder(content);
            for (var i = 0; i < bits.Length; i++)
            {
                bits[i] += lost[i];
            }
        }

        return bytes > 0 ? [.. bits.Select(lost => lost / bytes)] : throw new ArgumentException("No held-out text.", nameof(heldOutDocuments));
    }
}
