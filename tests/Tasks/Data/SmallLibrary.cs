using System.Text;
using LT2.Eval.Tasks.Data;

namespace LT2.Eval.Tasks.Tests.Data;

/// <summary>A data folder with six short made-up novels and a few WordNet synsets, in the formats of the real ones.</summary>
public sealed class SmallLibrary : IDisposable
{
    private static readonly string[] Subjects = ["The aunt", "A sailor", "Miss Grey", "The parson", "His cousin", "Old Tom"];
    private static readonly string[] Verbs = ["walked towards", "laughed about", "wrote a letter to", "often thought of", "never met"];
    private static readonly string[] Objects = ["the garden by the sea", "her quiet neighbour", "a house with green doors", "the man from Bath"];

    private readonly TemporaryFolder temporary = new();

    public SmallLibrary()
    {
        var novels = AustenLibrary.TrainingNovels.Concat(AustenLibrary.HeldOutNovels).ToList();
        for (var novel = 0; novel < novels.Count; novel++)
        {
            temporary.Write($"austen/{novels[novel]}.txt", Novel(novel));
        }

        temporary.Write("austen/dataset.json", "{}");
        var nouns = Enumerable.Range(0, 60).Select(i =>
            $"{i:D8} 05 n 01 beast{Letters(i)} 0 001 @ 00000000 n 0000 | an animal with {i} spots and a long tail; \"it ran\"  ");
        temporary.Write("wordnet/data.noun", "  1 a line of the licence\n" + string.Join('\n', nouns) + "\n");
        foreach (var part in new[] { "verb", "adj", "adv" })
        {
            temporary.Write($"wordnet/data.{part}", string.Empty);
        }

        temporary.Write("wordnet/cntlist.rev", string.Join('\n', Enumerable.Range(0, 60).Select(i => $"beast{Letters(i)}%1:05:00:: 1 {i + 1}")));
        temporary.Write("wordnet/dataset.json", "{}");
        Folder = new DataFolder(temporary.Path);
    }

    public DataFolder Folder { get; }

    public void Dispose() => temporary.Dispose();

    private static string Letters(int i) => $"{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}";

    private static string Novel(int novel)
    {
        var text = new StringBuilder("A TITLE\n\nby nobody\n\n");
        for (var chapter = 1; chapter <= 4; chapter++)
        {
            text.Append($"{(novel % 2 == 0 ? "CHAPTER" : "Chapter")} {chapter}\n\n\n");
            for (var sentence = 0; sentence < 40; sentence++)
            {
                var at = (novel * 31) + (chapter * 17) + sentence;
                text.Append($"{Subjects[at % 6]} {Verbs[at * 3 % 5]} {Objects[at * 7 % 4]}{(sentence % 5 == 4 ? ".\n\n" : ".\n")}");
            }
        }

        return text.ToString();
    }
}
