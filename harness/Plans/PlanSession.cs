using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Plugins;

namespace LT2.Eval.Harness.Plans;

/// <summary>A checked plan together with everything its names mean.</summary>
public sealed class PlanSession
{
    private readonly VariantCatalogue variants;
    private readonly PluginSet plugins;
    private readonly DataFolder data;

    private CorpusCache? corpora;

    private PlanSession(PlanDefinition plan, VariantCatalogue variants, PluginSet plugins, DataFolder data)
    {
        (Plan, this.variants, this.plugins, this.data) = (plan, variants, plugins, data);
        Planner = new Planner(variants, plugins.Suites, id => data.IsPresent(id) ? DatasetManifest.Read(data.FolderOf(id))?.ContentSha256 : null);
    }

    /// <summary>The plan.</summary>
    public PlanDefinition Plan { get; }

    /// <summary>Where the plug-ins lie that its names may mean.</summary>
    public IReadOnlyList<string> PluginPaths => plugins.Paths;

    /// <summary>Expands it.</summary>
    public Planner Planner { get; }

    /// <summary>Data sets the plan reads that are not on this machine.</summary>
    public IReadOnlyList<string> MissingDatasets => MissingDatasetsOf(null);

    /// <summary>Those of them that some parts read.</summary>
    /// <param name="parts">Names of parts; null for all.</param>
    public IReadOnlyList<string> MissingDatasetsOf(IReadOnlyList<string>? parts) =>
        [.. Planner.RequiredDatasets(parts is null ? Plan : PlanParts.Select(Plan, parts)).Where(id => !data.IsPresent(id))];

    /// <summary>Where the data sets lie.</summary>
    public IDataLocator Data => data;

    /// <summary>A plan that a store kept; null where this build cannot read it any more.</summary>
    /// <param name="planText">Its text.</param>
    /// <param name="dataFolder">Value of <c>--data</c>.</param>
    /// <param name="plugins">Known suites.</param>
    public static PlanSession? OfStored(string planText, string? dataFolder, PluginSet plugins)
    {
        var problems = new List<string>();
        if (PlanReader.Read("the stored plan", planText, problems) is not { } plan || problems.Count > 0)
        {
            return null;
        }

        var session = new PlanSession(plan, VariantCatalogue.Load(), plugins, DataFolder.Resolve(dataFolder));
        session.Planner.Expand(plan, problems);
        return problems.Count == 0 ? session : null;
    }

    /// <summary>Reads and checks a plan; loads no libtorch.</summary>
    /// <param name="nameOrPath">A shipped plan's name or a path.</param>
    /// <param name="dataFolder">Value of <c>--data</c>.</param>
    /// <param name="plugins">Known suites.</param>
    /// <exception cref="PlanException">Every problem at once.</exception>
    public static PlanSession Open(string nameOrPath, string? dataFolder, PluginSet plugins)
    {
        var problems = new List<string>();
        var session = Check(nameOrPath, dataFolder, plugins, problems);
        return problems.Count == 0 ? session! : throw new PlanException(problems);
    }

    /// <summary>Reads and checks a plan that is at hand as text; loads no libtorch.</summary>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="text">The YAML.</param>
    /// <param name="dataFolder">Value of <c>--data</c>.</param>
    /// <param name="plugins">Known suites.</param>
    /// <exception cref="PlanException">Every problem at once.</exception>
    public static PlanSession OpenText(string source, string text, string? dataFolder, PluginSet plugins)
    {
        var problems = new List<string>();
        if (PlanReader.Read(source, text, problems) is not { } plan)
        {
            throw new PlanException(problems);
        }

        var session = new PlanSession(plan, VariantCatalogue.Load(), plugins, DataFolder.Resolve(dataFolder));
        session.Planner.Expand(plan, problems);
        return problems.Count == 0 ? session : throw new PlanException(problems);
    }

    /// <summary>Reads a plan and collects every problem of form and of names.</summary>
    /// <returns>The session; null when the plan cannot be read at all.</returns>
    public static PlanSession? Check(string nameOrPath, string? dataFolder, PluginSet plugins, List<string> problems)
    {
        if (PlanCatalogue.TryLoad(nameOrPath, problems) is not { } plan)
        {
            return null;
        }

        var session = new PlanSession(plan, VariantCatalogue.Load(), plugins, DataFolder.Resolve(dataFolder));
        session.Planner.Expand(plan, problems);
        return session;
    }

    /// <summary>The plan of a stored run, from the text that was stored with it.</summary>
    /// <exception cref="PlanException">This build or this machine's data sets do not fit it.</exception>
    public static PlanSession OfRun(Results.Records.RunRecord run, string? dataFolder, PluginSet plugins)
    {
        var problems = new List<string>();
        var plan = PlanReader.Read($"{run.PlanName}.yaml", run.PlanText, problems);
        return problems.Count == 0 ? new PlanSession(plan!, VariantCatalogue.Load(), plugins, DataFolder.Resolve(dataFolder)) : throw new PlanException(problems);
    }

    /// <summary>The plan's cells.</summary>
    /// <param name="parts">Names of the parts whose cells are wanted; null for all.</param>
    /// <exception cref="PlanException">The plan has no such part.</exception>
    public IReadOnlyList<CellDefinition> Cells(IReadOnlyList<string>? parts = null)
    {
        var problems = new List<string>();
        var cells = Planner.Expand(parts is null ? Plan : PlanParts.Select(Plan, parts), problems);
        return problems.Count == 0 ? cells : throw new PlanException(problems);
    }

    /// <summary>Brings the data sets that are missing.</summary>
    /// <param name="message">Receives what is fetched, with its licence.</param>
    /// <param name="parts">Names of the parts that will be carried out; null for all.</param>
    public void FetchMissingData(Action<string> message, IReadOnlyList<string>? parts = null)
    {
        foreach (var id in MissingDatasetsOf(parts))
        {
            message($"Fetching data set '{id}' (licence: {DatasetCatalogue.Find(id)?.Licence ?? "see its card"}).");
            new DatasetInstaller(data).GetAsync(id, null, new DirectProgress(message), CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    /// <summary>Carries the plan out.</summary>
    public RunSummary Run(RunOptions options, TimeProvider clock, IRunProgress progress, CancellationToken cancellation)
        => new RunEngine(this, clock, progress).Run(options, cancellation);

    /// <summary>Who carries out which kind of cell.</summary>
    public IReadOnlyDictionary<Type, ICellRunner> Runners() => new Dictionary<Type, ICellRunner>
    {
        [typeof(TrainCell)] = new TrainCellRunner(corpora ??= new CorpusCache(plugins.Suites, data)),
        [typeof(ConvertCell)] = new ConvertCellRunner(corpora),
        [typeof(CurriculumCell)] = new CurriculumCellRunner(),
        [typeof(ScoreCell)] = new ScoreCellRunner(),
        [typeof(ReachCell)] = new ReachCellRunner(),
        [typeof(NGramCell)] = new NGramCellRunner(),
        [typeof(TimeCell)] = new TimeCellRunner(new FreshTimingProcess()),
        [typeof(ExitCell)] = new ExitCellRunner(),
        [typeof(CanaryCell)] = new CanaryCellRunner(new FreshTimingProcess()),
    };

    /// <summary>What those may use.</summary>
    public CellContext Context(
        string runId, Results.Store.ResultStore store, string checkpointRoot, Models.Runtime.ComputeDevice device, string deviceName, TimeProvider clock, IRunProgress progress)
        => new(runId, store, checkpointRoot, device, deviceName, Plan.ThreadCount, variants, plugins.Suites, data, clock, progress);
}
