namespace LT2.Eval.Tasks.Contracts;

/// <summary>Text to train a language model on.</summary>
/// <param name="Id">Stable id within the corpus.</param>
/// <param name="Text">The text.</param>
public sealed record CorpusDocument(string Id, string Text);

/// <summary>A suite whose models are trained on a corpus.</summary>
public interface ICorpusSuite : ISuite
{
    /// <summary>The training documents of a case; held-out documents are never among them.</summary>
    /// <exception cref="TaskException">The data set is missing: says how to bring it.</exception>
    IReadOnlyList<CorpusDocument> LoadTrainingDocuments(ICase trainingCase, IDataLocator data);

    /// <summary>Names the training documents: cases of any suite with one corpus id can share a checkpoint.</summary>
    string GetCorpusId(ICase trainingCase);
}

/// <summary>Finds data sets on this machine.</summary>
public interface IDataLocator
{
    /// <summary>The folder of a data set.</summary>
    /// <exception cref="TaskException">It is not here: says what to place where.</exception>
    string Locate(string datasetId);

    /// <summary>Whether <see cref="Locate"/> would succeed.</summary>
    bool IsPresent(string datasetId);
}
