using System.Text;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generation;
using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.Tests.TextTasks;
using LT2.Eval.Tasks.Tests.Tokenization;

namespace LT2.Eval.Tasks.Tests.Generation;

public sealed partial class NeedleTests
{
    public static TheoryData<string> TaskIds => new(NeedleTask.All.Select(task => task.Id));

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void Prompts_have_the_references_wording(string taskId)
    {
        var task = NeedleTask.All.Single(task => task.Id == taskId);
        foreach (var doc in ((IEnumerable<object?>)GoldenSamples.Read("prompts", "needle.json")["tasks"].AsMap()[taskId]!).Select(item => item.AsMap()["doc"].AsMap()))
        {
            var input = (string)doc["input"]!;
            var context = input[(input.IndexOf('\n', StringComparison.Ordinal) + 1)..input.LastIndexOf('\n')];
            var keys = Asked().Match(input).Groups[1].Value.Replace(" and ", " ").Split(", ");
            var single = doc.Items("outputs").Count == 1;

            Assert.Equal(input, NeedleText.Input(task.Value, context, keys, single));
            Assert.Equal(doc["gen_prefix"], NeedleText.AnswerPrefix(task.Value, keys, single));
            Assert.All(doc.Items("outputs"), output => Assert.Contains(keys, key => context.Contains(NeedleText.Needle(task.Value, key, (string)output!), StringComparison.Ordinal)));
        }
    }

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void Prompts_fill_the_length_and_hold_every_answer(string taskId)
    {
        using var library = new SmallLibrary();
        var needleCase = Case(taskId, ("length", "3000"), ("documents", "8"));
        foreach (var document in needleCase.LoadDocuments(library.Folder))
        {
            var input = (string)document.Fields["input"]!;
            Assert.All((IReadOnlyList<string>)document.Fields["outputs"]!, output => Assert.Contains(output, input));
            var request = (GenerateUntilRequest)needleCase.CreateRequests(document).Single();
            Assert.Equal($"{input} {document.Fields["gen_prefix"]}", request.Context);
            Assert.InRange(Encoding.UTF8.GetByteCount(request.Context) + NeedleCase.NewTokens, 3000 - 160, 3000);
            Assert.Empty(request.StopStrings);
        }
    }

    [Fact]
    public void The_token_that_begins_texts_counts_where_the_tokenizer_adds_one()
    {
        using var library = new SmallLibrary();
        using var temporary = new TemporaryFolder();
        var file = new SmallTokenizer { AddedTokens = [new(300, "<s>", Special: true)], BeginOfText = "<s>" }.Write(temporary);
        Assert.Equal(LeastLength("byte", library) + 1, LeastLength(file, library));
    }

    [Theory]
    [InlineData("niah_single_2")]
    [InlineData("niah_multikey_1")]
    public void The_depth_is_that_of_the_needle_asked_for(string taskId)
    {
        using var library = new SmallLibrary();
        var needleCase = Case(taskId, ("length", "6000"), ("documents", "60"));
        foreach (var document in needleCase.LoadDocuments(library.Folder))
        {
            var input = (string)document.Fields["input"]!;
            var sentences = SentenceEnd().Split(input[(input.IndexOf('\n', StringComparison.Ordinal) + 1)..input.LastIndexOf('\n')])
                .Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0).ToList();
            var answer = ((IReadOnlyList<string>)document.Fields["outputs"]!).Single();
            bool IsNeedle(string sentence) => sentence.StartsWith("One of the special magic", StringComparison.Ordinal);
            var before = sentences.TakeWhile(sentence => !sentence.EndsWith($" {answer}.", StringComparison.Ordinal)).Count(sentence => !IsNeedle(sentence));
            var depth = (long)document.Fields["depth"]!;
            Assert.Equal((int)Math.Floor(sentences.Count(sentence => !IsNeedle(sentence)) * (depth / 100.0)), before);
            var slice = needleCase.Score(document, [new TextResponse(0, false, answer)]).Contributions.Single(pair => pair.Slice is not null).Slice;
            Assert.Equal($"depth {Math.Min(9, depth / 10) * 10}-{(Math.Min(9, depth / 10) * 10) + 9}%", slice);
        }
    }

    [Theory]
    [InlineData("niah_multivalue")]
    [InlineData("niah_multiquery")]
    public void Several_answers_at_several_depths_have_no_slice(string taskId)
    {
        using var library = new SmallLibrary();
        var needleCase = Case(taskId, ("length", "3000"), ("documents", "1"));
        var document = needleCase.LoadDocuments(library.Folder).Single();
        Assert.Null(document.Fields["depth"]);
        Assert.Equal([null], needleCase.Score(document, [new TextResponse(0, false, "none")]).Contributions.Select(pair => pair.Slice));
    }

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void The_same_seed_gives_the_same_prompts(string taskId)
    {
        using var library = new SmallLibrary();
        IEnumerable<object?> Inputs(string seed) => Case(taskId, ("length", "1500"), ("documents", "3"), ("seed", seed)).LoadDocuments(library.Folder).Select(document => document.Fields["input"]);
        Assert.Equal(Inputs("1"), Inputs("1"));
        Assert.NotEqual(Inputs("1"), Inputs("2"));
    }

    [Fact]
    public void Needles_stand_at_many_depths()
    {
        using var library = new SmallLibrary();
        var depths = Case("niah_single_2", ("length", "4000"), ("documents", "60")).LoadDocuments(library.Folder).Select(document => (long)document.Fields["depth"]!).ToList();
        Assert.Contains(depths, depth => depth < 20);
        Assert.Contains(depths, depth => depth > 80);
    }

    [Fact]
    public void A_length_without_room_is_refused_with_what_is_needed()
    {
        using var library = new SmallLibrary();
        var problem = Assert.Throws<TaskException>(() => Case("niah_single_1", ("length", "200")).LoadDocuments(library.Folder)).Message;
        Assert.Contains("length 200 has no room", problem);
        Assert.Matches("at least [0-9]+ are needed", problem);
    }

    [Fact]
    public void The_score_is_the_share_of_answers_found()
    {
        using var library = new SmallLibrary();
        var needleCase = Case("niah_multivalue", ("length", "3000"), ("documents", "1"));
        var document = needleCase.LoadDocuments(library.Folder).Single();
        var outputs = (IReadOnlyList<string>)document.Fields["outputs"]!;

        double Score(string text) => needleCase.Score(document, [new TextResponse(0, false, text)]).Contributions.First(pair => pair.Slice is null).Numerator;
        Assert.Equal(1, Score(string.Join(", ", outputs)));
        Assert.Equal(0.25, Score($"\u0000{outputs[2]}."));
        Assert.Equal(0, Score("none"));
    }

    [Fact]
    public void A_text_file_of_the_users_can_be_the_haystack()
    {
        using var library = new SmallLibrary();
        using var temporary = new TemporaryFolder();
        var file = temporary.Write("essay.txt", string.Join(' ', Enumerable.Range(0, 500).Select(i => $"Sentence {i} is here.")));
        var document = Case("niah_single_2", ("length", "1500"), ("documents", "1"), ("haystack", file)).LoadDocuments(library.Folder).Single();
        Assert.Contains("Sentence 3 is here.", (string)document.Fields["input"]!);
    }

    private static int LeastLength(string tokenizer, SmallLibrary library)
    {
        var problem = Assert.Throws<TaskException>(() => Case("niah_single_1", ("length", "1"), ("documents", "1"), ("tokenizer", tokenizer)).LoadDocuments(library.Folder)).Message;
        return int.Parse(Needed().Match(problem).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ITextCase Case(string task, params (string Name, string Value)[] parameters) => (ITextCase)new NeedleSuite().CreateCase(
        new CaseSpecification(task, parameters.ToDictionary(pair => pair.Name, pair => pair.Value)));

    [GeneratedRegex(@"magic (?:number|uuid)s? for (.+) mentioned in the provided text\?$")]
    private static partial Regex Asked();

    [GeneratedRegex("at least ([0-9]+) are needed")]
    private static partial Regex Needed();

    [GeneratedRegex("(?<=[.]) ")]
    private static partial Regex SentenceEnd();
}
