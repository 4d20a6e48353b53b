namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>
/// Functions that definitions name where a template would not do, listed by hand. A function takes a document's columns; one for
/// <c>process_docs</c> gives all columns of the processed document.
/// </summary>
internal static class TaskFunctions
{
    private static readonly Dictionary<string, Func<IReadOnlyDictionary<string, object?>, object?>> Documents = new()
    {
        ["copa.doc_to_text"] = Copa.Context,
        ["copa.doc_to_target"] = Copa.Target,
        ["copa.doc_to_choice"] = Copa.Choices,
        ["hellaswag.process_docs"] = HellaSwag.Process,
        ["winogrande.doc_to_text"] = WinoGrande.GoldIndex,
        ["winogrande.doc_to_target"] = WinoGrande.Continuation,
        ["winogrande.doc_to_choice"] = WinoGrande.Contexts,
        ["race.doc_to_text"] = Race.Context,
        ["race.doc_to_target"] = Race.GoldIndex,
        ["race.doc_to_choice"] = Race.Choices,
        ["wikitext.detokenize"] = WikiText.Detokenize,
        ["drop.process_docs"] = Drop.Process,
        ["cloze.drop"] = RecallCloze.Drop,
        ["cloze.drop_twice"] = RecallCloze.DropTwice,
        ["cloze.nq"] = RecallCloze.NaturalQuestions,
        ["cloze.nq_twice"] = RecallCloze.NaturalQuestionsTwice,
        ["cloze.triviaqa"] = RecallCloze.TriviaQa,
        ["cloze.triviaqa_twice"] = RecallCloze.TriviaQaTwice,
        ["cloze.fda"] = RecallCloze.Fda,
        ["cloze.fda_twice"] = RecallCloze.FdaTwice,
        ["cloze.swde"] = RecallCloze.Swde,
        ["cloze.swde_twice"] = RecallCloze.SwdeTwice,
        ["cloze.squad"] = RecallCloze.Squad,
        ["cloze.squad_twice"] = RecallCloze.SquadTwice,
    };

    private static readonly Dictionary<string, IReadOnlyList<string>> Scorings = new()
    {
        ["truthfulqa.mc2"] = ["acc"],
        ["wikitext.perplexities"] = ["word_perplexity", "byte_perplexity", "bits_per_byte"],
        ["drop.em_f1"] = ["em", "f1"],
        ["contains"] = ["contains"],
    };

    /// <summary>Names that a field may use.</summary>
    public static IReadOnlyCollection<string> Names(string field) => field == "process_results" ? Scorings.Keys : Documents.Keys;

    /// <summary>Whether a function exists for a field.</summary>
    public static bool Exists(string field, string name) => Names(field).Contains(name);

    /// <summary>The metrics that a function of <c>process_results</c> gives; null if there is no such function.</summary>
    public static IReadOnlyList<string>? MetricNames(string scoring) => Scorings.GetValueOrDefault(scoring);

    /// <summary>Calls a function on a document.</summary>
    public static object? Call(string name, IReadOnlyDictionary<string, object?> document) => Documents[name](document);
}
