using System.Reflection;

namespace LT2.Eval.Harness.Tests.Architecture;

/// <summary>Holds the directions between the rooms: who may reference whom.</summary>
public sealed class RoomDirectionTests
{
    private const string Torch = "TorchSharp";

    private static readonly Assembly Tasks = typeof(Eval.Tasks.Contracts.ISuite).Assembly;
    private static readonly Assembly Models = typeof(Eval.Models.ModelException).Assembly;
    private static readonly Assembly Results = typeof(Eval.Results.Records.RunRecord).Assembly;
    private static readonly Assembly Reports = typeof(Eval.Reports.ReportSite).Assembly;
    private static readonly Assembly Harness = typeof(Eval.Harness.Plans.PlanDefinition).Assembly;

    [Fact]
    public void Tasks_references_no_room_and_no_tensors()
    {
        Assert.Empty(Rooms(Tasks));
        Assert.DoesNotContain(Torch, References(Tasks));
    }

    [Fact]
    public void Models_references_tensors_and_no_room()
    {
        Assert.Empty(Rooms(Models));
        Assert.Contains(Torch, References(Models));
    }

    [Fact]
    public void Results_references_no_room_and_no_tensors()
    {
        Assert.Empty(Rooms(Results));
        Assert.DoesNotContain(Torch, References(Results));
    }

    [Fact]
    public void Reports_references_results_alone_and_no_tensors()
    {
        Assert.Equal([Results.GetName().Name!], Rooms(Reports));
        Assert.DoesNotContain(Torch, References(Reports));
    }

    [Fact]
    public void Harness_references_all_four_rooms()
        => Assert.Equivalent(new[] { Tasks, Models, Results, Reports }.Select(room => room.GetName().Name), Rooms(Harness));

    private static List<string> References(Assembly room) => [.. room.GetReferencedAssemblies().Select(name => name.Name!)];

    private static List<string> Rooms(Assembly room) => [.. References(room).Where(name => name.StartsWith("LT2.Eval.", StringComparison.Ordinal) || name == "lt2")];
}
