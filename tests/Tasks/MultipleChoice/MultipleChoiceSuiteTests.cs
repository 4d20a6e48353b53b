using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.MultipleChoice;
using LT2.Eval.Tasks.Tests.Data;

namespace LT2.Eval.Tasks.Tests.MultipleChoice;

public sealed class MultipleChoiceSuiteTests
{
    public static TheoryData<string> TaskIds => new(new MultipleChoiceSuite().Tasks.Select(task => task.Id));

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void Items_have_four_different_choices_and_one_request_each(string taskId)
    {
        using var library = new SmallLibrary();
        var textCase = Case(taskId);
        foreach (var document in textCase.LoadDocuments(library.Folder))
        {
            var choices = (IReadOnlyList<string>)document.Fields["choices"]!;
            Assert.Equal(4, choices.Distinct().Count());
            Assert.Equal(choices.Select(choice => " " + choice), textCase.CreateRequests(document).Cast<LogLikelihoodRequest>().Select(request => request.Continuation));
        }
    }

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void An_item_does_not_depend_on_how_many_are_asked_for(string taskId)
    {
        using var library = new SmallLibrary();
        var many = Case(taskId, ("documents", "20")).LoadDocuments(library.Folder);
        var few = Case(taskId, ("documents", "5")).LoadDocuments(library.Folder);
        Assert.Equal(5, few.Count);
        Assert.Equal(Describe(few), Describe(many.Take(5)));
    }

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void Another_seed_gives_other_items(string taskId)
    {
        using var library = new SmallLibrary();
        Assert.NotEqual(
            Describe(Case(taskId, ("documents", "20")).LoadDocuments(library.Folder)),
            Describe(Case(taskId, ("documents", "20"), ("seed", "1")).LoadDocuments(library.Folder)));
    }

    [Theory]
    [MemberData(nameof(TaskIds))]
    public void The_right_choice_stands_at_every_place(string taskId)
    {
        using var library = new SmallLibrary();
        var golds = Case(taskId).LoadDocuments(library.Folder).Select(document => (int)document.Fields["gold"]!).Distinct().Order();
        Assert.Equal([0, 1, 2, 3], golds);
    }

    [Fact]
    public void The_right_ending_follows_its_context_in_the_novel()
    {
        using var library = new SmallLibrary();
        var novels = string.Join(' ', LT2.Eval.Tasks.Data.AustenLibrary.ReadChapters(library.Folder, LT2.Eval.Tasks.Data.AustenLibrary.HeldOutNovels)
            .SelectMany(chapter => chapter.Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        foreach (var document in Case("austen-endings").LoadDocuments(library.Folder))
        {
            var ending = ((IReadOnlyList<string>)document.Fields["choices"]!)[(int)document.Fields["gold"]!];
            Assert.Contains($"{document.Fields["context"]} {ending}", novels);
        }
    }

    [Fact]
    public void Sentences_do_not_end_at_titles() => Assert.Equal(
        ["Mr. Grey met Mrs. Brown.", "\"Is it so?\"", "She said J. Smith knew!", "yes"],
        AustenEndingsCase.Sentences("Mr. Grey met Mrs. Brown. \"Is it so?\" She said J. Smith knew! yes").SelectMany(text => text.EndsWith("yes", StringComparison.Ordinal) ? [text[..^4], "yes"] : new[] { text }));

    [Fact]
    public void Scores_follow_from_the_log_likelihoods()
    {
        using var library = new SmallLibrary();
        var textCase = Case("wordnet-definitions");
        var document = textCase.LoadDocuments(library.Folder)[0];
        var gold = (int)document.Fields["gold"]!;

        double Accuracy(Func<int, double> logLikelihood) => textCase
            .Score(document, [.. Enumerable.Range(0, 4).Select(i => new TextResponse(logLikelihood(i), false))]).Contributions.Single(pair => pair.Metric == "acc").Numerator;
        Assert.Equal(1, Accuracy(i => i == gold ? -1 : -2));
        Assert.Equal(0, Accuracy(i => i == gold ? -3 : -2));
        Assert.Equal(gold == 0 ? 1 : 0, Accuracy(_ => -2)); // the first of equals wins
    }

    private static List<string> Describe(IEnumerable<TextDocument> documents) =>
        [.. documents.Select(document => $"{document.Id} {document.Fields["context"]} {string.Join('/', (IReadOnlyList<string>)document.Fields["choices"]!)} {document.Fields["gold"]}")];

    private static ITextCase Case(string taskId, params (string Name, string Value)[] parameters) => (ITextCase)new MultipleChoiceSuite().CreateCase(
        new CaseSpecification(taskId, parameters.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
