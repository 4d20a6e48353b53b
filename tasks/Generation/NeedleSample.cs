using System.Globalization;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Generation;

/// <summary>The needles of one sample and the places where they go; the haystack's size is chosen afterwards.</summary>
internal sealed class NeedleSample
{
    private const int Depths = 40;

    private readonly NeedleTask task;
    private readonly List<string> needles = [];
    private readonly List<int> depthsPercent;
    private readonly int askedNeedle;
    private readonly SampleRandom random;
    private readonly Dictionary<int, string> distractors = [];
    private readonly ulong place;

    /// <summary>Draws a sample.</summary>
    public NeedleSample(NeedleTask task, SampleRandom random)
    {
        this.task = task;
        this.random = random;
        var keys = new List<string>();
        while (keys.Count < task.Keys)
        {
            var key = Draw(task.Key);
            if (!keys.Contains(key))
            {
                keys.Add(key);
            }
        }

        var answers = new Dictionary<string, List<string>>();
        foreach (var key in keys)
        {
            answers[key] = [.. Enumerable.Range(0, task.ValuesPerKey).Select(_ => Draw(task.Value))];
            needles.AddRange(answers[key].Select(value => NeedleText.Needle(task.Value, key, value)));
        }

        needles = [.. random.Permutation(needles.Count).Select(i => needles[i])];
        Asked = [.. random.Distinct(keys.Count, task.AskedKeys).Select(i => keys[i])];
        Answers = [.. Asked.SelectMany(key => answers[key])];
        askedNeedle = needles.IndexOf(NeedleText.Needle(task.Value, Asked[0], Answers[0]));
        depthsPercent = [.. random.Distinct(Depths, needles.Count).Order().Select(i => (int)Math.Round(i * 100.0 / (Depths - 1), MidpointRounding.ToEven))];
        place = random.Below(1UL << 32);
    }

    /// <summary>Keys asked for.</summary>
    public IReadOnlyList<string> Asked { get; }

    /// <summary>Every expected text.</summary>
    public IReadOnlyList<string> Answers { get; }

    /// <summary>
    /// Depth of the needle asked for, in percent; for haystacks of lines, of the line before which it stands. Null where several
    /// answers are expected: each has a depth of its own, and the sample has none.
    /// </summary>
    public int? DepthPercent => !IsSingle ? null : task.Haystack == Haystack.Essay ? depthsPercent[askedNeedle] : (int)(place * 100 >> 32);

    /// <summary>Whether one answer is expected.</summary>
    public bool IsSingle => Answers.Count == 1;

    /// <summary>What a model reads with a haystack of a size: lines, other needles, or words of the text.</summary>
    /// <param name="size">Units of the haystack.</param>
    /// <param name="sentences">Sentences of the text, as many as have that many words.</param>
    public string Input(int size, Func<int, IReadOnlyList<string>> sentences) =>
        NeedleText.Input(task.Value, task.Haystack == Haystack.Essay ? InSentences(sentences(size)) : InLines(size), Asked, IsSingle);

    /// <summary>The answer's beginning.</summary>
    public string AnswerPrefix() => NeedleText.AnswerPrefix(task.Value, Asked, IsSingle);

    private string InLines(int size)
    {
        var lines = Enumerable.Range(0, size).Select(i => task.Haystack == Haystack.Repeat ? NeedleText.RepeatedLine : Distractor(i)).ToList();
        lines.InsertRange((int)(place * (ulong)size >> 32), needles);
        return string.Join('\n', lines);
    }

    // Sentences and needles stand one blank apart; a needle at either end has that blank too.
    private string InSentences(IReadOnlyList<string> sentences)
    {
        var parts = new List<string>();
        var taken = 0;
        foreach (var (needle, depth) in needles.Zip(depthsPercent))
        {
            var index = (int)Math.Floor(sentences.Count * (depth / 100.0));
            parts.Add(string.Join(' ', sentences.Skip(taken).Take(index - taken)));
            parts.Add(needle);
            taken = index;
        }

        parts.Add(string.Join(' ', sentences.Skip(taken)));
        return string.Join(' ', parts);
    }

    private string Distractor(int index)
    {
        for (var next = distractors.Count; next <= index; next++)
        {
            string key;
            do
            {
                key = Draw(task.Key);
            }
            while (Asked.Contains(key)); // a second value for the asked key would have two right answers

            distractors[next] = NeedleText.Needle(task.Value, key, Draw(task.Value));
        }

        return distractors[index];
    }

    private string Draw(NeedleMaterial material)
    {
        switch (material)
        {
            case NeedleMaterial.Number:
                return random.Between(1_000_000, 9_999_999).ToString(CultureInfo.InvariantCulture);
            case NeedleMaterial.Words:
                return $"{NeedleWords.Adjectives[random.Below(NeedleWords.Adjectives.Length)]}-{NeedleWords.Nouns[random.Below(NeedleWords.Nouns.Length)]}";
            default:
                var bytes = Enumerable.Range(0, 16).Select(_ => (byte)random.Below(256)).ToArray();
                bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40); // version 4
                bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80); // variant of RFC 9562
                return new Guid(bytes, bigEndian: true).ToString("D");
        }
    }
}
