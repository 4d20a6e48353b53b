using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.StateTracking;

namespace LT2.Eval.Tasks.Tests.StateTracking;

public sealed partial class PermutationTextTests
{
    private static readonly PermutationTextSuite Suite = new();

    /// <summary>The suite's text is generated; asking for a data set is a mistake.</summary>
    private sealed class NoData : IDataLocator
    {
        public string Locate(string datasetId) => throw new InvalidOperationException(datasetId);

        public bool IsPresent(string datasetId) => false;
    }

    private static ITextCase CreateCase(params string[] parameters) => (ITextCase)Suite.CreateCase(new CaseSpecification(
        "permutation-text", parameters.Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1])));

    /// <summary>Follows one thing from its first box through the sentences: where is each thing in the end?</summary>
    private static string Solve(string text)
    {
        string[] things = Start().Match(text).Groups[1].Value.Split(", ");
        int asked = int.Parse(Question().Match(text).Groups[1].Value);
        return things.Single(thing =>
        {
            int box = Array.IndexOf(things, thing) + 1;
            foreach (string sentence in text.Split(". ").Where(sentence => sentence.StartsWith("Swap") || sentence.StartsWith("Reorder")))
            {
                int[] numbers = [.. Number().Matches(sentence).Select(match => int.Parse(match.Value))];
                if (sentence.StartsWith("Reorder")) box = Array.IndexOf(numbers, box) + 1;
                else if (box == numbers[0]) box = numbers[1];
                else if (box == numbers[1]) box = numbers[0];
            }

            return box == asked;
        });
    }

    [GeneratedRegex(@"hold ([a-z, ]+)\.")]
    private static partial Regex Start();

    [GeneratedRegex(@"Box (\d+) holds")]
    private static partial Regex Question();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [Theory]
    [InlineData("move=swap", "moves=6")]
    [InlineData("move=reorder", "moves=3", "boxes=8")]
    [InlineData("moves=0", "boxes=2")]
    public void Answers_are_where_each_thing_went(params string[] parameters)
    {
        ITextCase textCase = CreateCase([.. parameters, "documents=200"]);
        foreach (TextDocument document in textCase.LoadDocuments(new NoData()))
        {
            LogLikelihoodRequest[] requests = [.. textCase.CreateRequests(document).Cast<LogLikelihoodRequest>()];
            string answer = Solve(requests[0].Context);
            TextResponse[] responses = [.. requests.Select(request => new TextResponse(request.Continuation == $" {answer}" ? -1 : -2, false))];
            SampleScore score = textCase.Score(document, responses);
            Assert.Equal((answer, answer), (score.Answer, score.Expected));
            Assert.All(score.Contributions, contribution => Assert.Equal(1, contribution.Numerator));
        }
    }

    [Fact]
    public void Naming_what_the_box_held_first_is_right_on_the_unmoved_slice_alone()
    {
        ITextCase textCase = CreateCase("documents=400");
        MetricContribution[] slices = [.. textCase.LoadDocuments(new NoData()).SelectMany(document =>
        {
            string context = (string)document.Fields["context"]!;
            string first = Start().Match(context).Groups[1].Value.Split(", ")[int.Parse(Question().Match(context).Groups[1].Value) - 1];
            IEnumerable<LogLikelihoodRequest> requests = textCase.CreateRequests(document).Cast<LogLikelihoodRequest>();
            return textCase.Score(document, [.. requests.Select(request => new TextResponse(request.Continuation == $" {first}" ? -1 : -2, false))]).Contributions;
        }).Where(contribution => contribution.Slice is not null)];
        Assert.Equal(400, slices.Length);
        Assert.All(slices, contribution => Assert.Equal(contribution.Slice == "unmoved" ? 1 : 0, contribution.Numerator));
        Assert.InRange(slices.Count(contribution => contribution.Slice == "moved"), 200, 390);
    }

    [Fact]
    public void A_constant_answerer_scores_chance()
    {
        ITextCase textCase = CreateCase("documents=4000");
        double accuracy = textCase.LoadDocuments(new NoData()).Average(document =>
            textCase.Score(document, [.. Enumerable.Range(0, 5).Select(i => new TextResponse(-i, false))]).Contributions[0].Numerator);
        Assert.InRange(accuracy, 0.2 - 0.03, 0.2 + 0.03);
        Assert.Equal(0.2, Assert.Single(textCase.Metrics).Chance);
    }

    [Fact]
    public void Training_texts_end_with_their_answer_and_hold_no_test_context()
    {
        ITextCase textCase = CreateCase("moves=6", "documents=500", "trainingDocuments=3000");
        IReadOnlyList<CorpusDocument> trained = Suite.LoadTrainingDocuments(textCase, new NoData());
        Assert.Equal(3_000, trained.Count);
        Assert.All(trained, document => Assert.EndsWith($" holds {Solve(document.Text)}.", document.Text));
        Assert.Equal([1, 2, 3, 4, 5, 6], trained.Select(document => Regex.Count(document.Text, "Swap")).Distinct().Order());
        HashSet<string> contexts = [.. trained.Select(document => document.Text[..document.Text.LastIndexOf(' ')])];
        Assert.DoesNotContain(textCase.LoadDocuments(new NoData()), document => contexts.Contains((string)document.Fields["context"]!));
    }

    [Fact]
    public void Cases_that_train_alike_share_their_corpus()
    {
        ITextCase trained = CreateCase("moves=4"), tested = CreateCase("moves=16", "trainingMoves=4", "documents=10", "seed=3");
        Assert.Equal(Suite.GetCorpusId(trained), Suite.GetCorpusId(tested));
        Assert.Equal(Suite.LoadTrainingDocuments(trained, new NoData()).Take(20), Suite.LoadTrainingDocuments(tested, new NoData()).Take(20));
        Assert.NotEqual(Suite.GetCorpusId(trained), Suite.GetCorpusId(CreateCase("moves=5")));
    }

    [Theory]
    [InlineData("", "5abb9f6a4b80ab72552c851c97dac489e497057c750d69cfa822f513c16bb34d")]
    [InlineData("move=reorder boxes=3", "069034793e013202fd28f0ffbdb7da84ea801b96854593f11a55643cfa0a1f37")]
    public void Same_seed_gives_the_pinned_bytes(string parameters, string digest)
    {
        ITextCase textCase = CreateCase([.. parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries), "documents=64", "seed=1"]);
        string text = string.Join('\n', textCase.LoadDocuments(new NoData()).SelectMany(textCase.CreateRequests).Cast<LogLikelihoodRequest>()
            .Select(request => request.Context + request.Continuation));
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }
}
