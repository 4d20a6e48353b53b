namespace LT2.Eval.Harness.Commands;

/// <summary>Every verb, in the order of the help page.</summary>
internal static class CommandCatalogue
{
    public static IReadOnlyList<IVerb> All { get; } =
    [
        new RunVerb(),
        new ListVerb(),
        new ValidateVerb(),
        new DoctorVerb(),
        new DataVerb(),
        new TrainVerb(),
        new EvalVerb(),
        new TimeVerb(),
        new ImportVerb(),
        new ConvertVerb(),
        new GenerateVerb(),
        new ResultsVerb(),
        new CompareVerb(),
        new GateVerb(),
        new PinVerb(),
        new NightlyVerb(),
        new ReportVerb(),
        new ExportVerb(),
        new RenderVerb(),
        new RescoreVerb(),
        new VerifyVerb(),
        new MergeVerb(),
        new PruneVerb(),
        new SubmitVerb(),
        new StatusVerb(),
        new CollectVerb(),
        new ArrayTaskVerb(),
        new WorkerVerb(),
    ];
}
