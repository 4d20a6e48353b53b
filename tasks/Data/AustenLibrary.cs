using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data;

/// <summary>The chapters of the data set <c>austen</c>, split by novel: four to train on, two never seen in training.</summary>
public static partial class AustenLibrary
{
    /// <summary>Id of the data set.</summary>
    public const string DatasetId = "austen";

    /// <summary>Novels to train on.</summary>
    public static readonly IReadOnlyList<string> TrainingNovels = ["emma", "mansfieldpark", "prideprejudice", "sensesensibility"];

    /// <summary>Novels held out.</summary>
    public static readonly IReadOnlyList<string> HeldOutNovels = ["persuasion", "northangerabbey"];

    /// <summary>The chapters of some novels, in order.</summary>
    /// <exception cref="TaskException">The data set is missing.</exception>
    public static IReadOnlyList<NovelChapter> ReadChapters(IDataLocator data, IEnumerable<string> novels)
    {
        var folder = data.Locate(DatasetId);
        return [.. novels.SelectMany(novel => Split(novel, File.ReadAllText(Path.Combine(folder, novel + ".txt"))))];
    }

    /// <summary>The training documents: one a chapter.</summary>
    public static IReadOnlyList<CorpusDocument> ReadTrainingDocuments(IDataLocator data) =>
        [.. ReadChapters(data, TrainingNovels).Select(chapter => new CorpusDocument(chapter.Id, chapter.Text))];

    // What stands before the first chapter's head (title, dedication) belongs to no chapter.
    internal static IEnumerable<NovelChapter> Split(string novel, string text)
    {
        var heads = ChapterHead().Matches(text);
        for (var i = 0; i < heads.Count; i++)
        {
            var start = heads[i].Index + heads[i].Length;
            var end = i + 1 < heads.Count ? heads[i + 1].Index : text.Length;
            yield return new NovelChapter(novel, i + 1, VolumeHead().Replace(text[start..end], string.Empty).Trim('\n', ' ') + "\n");
        }
    }

    [GeneratedRegex(@"^ *(?:CHAPTER|Chapter) +(?:[IVXLC]+|[0-9]+)\.? *$", RegexOptions.Multiline)]
    private static partial Regex ChapterHead();

    [GeneratedRegex(@"^ *(?:VOLUME|Volume) +[IVX]+\.? *$|^ *(?:FINIS|THE END) *$", RegexOptions.Multiline)]
    private static partial Regex VolumeHead();
}
