namespace LT2.Eval.Tasks.Contracts;

/// <summary>A task with all of its parameters.</summary>
public interface ICase
{
    /// <summary>The suite it came from.</summary>
    string SuiteId { get; }

    /// <summary>That suite's version.</summary>
    int SuiteVersion { get; }

    /// <summary>The task's id.</summary>
    string TaskId { get; }

    /// <summary>Every parameter with its value in canonical form (invariant culture), sorted by name.</summary>
    IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>The metrics it reports; the first is the headline.</summary>
    IReadOnlyList<MetricDefinition> Metrics { get; }
}

/// <summary>Which stream of samples is meant. Streams of different splits never share a sample's seed.</summary>
public enum SampleSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For choosing learning rates and promoting curriculum stages.</summary>
    Validation,

    /// <summary>For the numbers that are reported.</summary>
    Test,
}

/// <summary>A case whose samples are generated token sequences.</summary>
public interface IGeneratedCase : ICase
{
    /// <summary>Ids are in [0, VocabularySize).</summary>
    int VocabularySize { get; }

    /// <summary>Longest sample, in tokens.</summary>
    int MaximumLength { get; }

    /// <summary>The sample at an index of a split's stream; pure.</summary>
    TokenSample GetSample(SampleSplit split, long seed, long index);

    /// <summary>Scores a response; pure.</summary>
    SampleScore Score(TokenSample sample, TokenResponse response);
}

/// <summary>A case over documents, answered through text requests.</summary>
public interface ITextCase : ICase
{
    /// <summary>Number of shots in each prompt.</summary>
    int Shots { get; }

    /// <summary>Data sets that this case reads, ids of the data catalogue; null for those of its task, whatever its parameters.</summary>
    IReadOnlyList<string>? DatasetIds => null;

    /// <summary>Loads the documents; stable order.</summary>
    /// <param name="data">Where data sets lie.</param>
    /// <exception cref="TaskException">A data set is missing or lacks a column: says what to place where.</exception>
    IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data);

    /// <summary>The requests of one document, in a fixed order.</summary>
    IReadOnlyList<TextRequest> CreateRequests(TextDocument document);

    /// <summary>Scores the responses to <see cref="CreateRequests"/>, in the same order; pure.</summary>
    SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses);
}

/// <summary>A document of a text case: an id and its fields as the data set names them.</summary>
/// <param name="Id">Stable id within the case.</param>
/// <param name="ClusterId">Cluster for standard errors; null when it stands alone.</param>
/// <param name="Fields">Column name to value: string, number, boolean, list or nested map.</param>
public sealed record TextDocument(string Id, string? ClusterId, IReadOnlyDictionary<string, object?> Fields);
