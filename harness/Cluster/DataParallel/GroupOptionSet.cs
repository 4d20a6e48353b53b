using System.CommandLine;
using LT2.Eval.Harness.Cluster.Workers;
using LT2.Eval.Harness.Commands;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training.Parallel;

namespace LT2.Eval.Harness.Cluster.DataParallel;

/// <summary>The options by which several processes train one model.</summary>
internal sealed class GroupOptionSet
{
    /// <summary>Given to processes that <see cref="GroupLauncher"/> starts.</summary>
    internal const string StopOnInputEndName = "--stop-on-input-end";

    private Option<bool> StopOnInputEnd { get; } = new(StopOnInputEndName) { Description = "Stop in order when standard input ends.", Hidden = true };

    private Option<string?> Devices { get; } = new("--devices") { Description = "Train with one process a device: all GPUs (all), some (0,1), or cpu (with --workers N)." };

    private Option<int?> Workers { get; } = new Option<int?>("--workers") { Description = "Processes on each of --devices (default 1)." }.InRange(1, 4096);

    private Option<ReduceSchedule> Reduce { get; } = new("--reduce")
    {
        Description = "When gradients are summed over processes: AfterBackward, or DuringBackward (a layer at a time, as the last loop pass leaves it).",
        DefaultValueFactory = _ => ReduceSchedule.AfterBackward,
    };

    private Option<int?> Rank { get; } = new("--rank") { Description = "For other launchers (srun, mpirun): this process, from 0." };

    private Option<int?> RankCount { get; } = new("--rank-count") { Description = "For other launchers: processes." };

    private Option<string?> Meeting { get; } = new("--rendezvous") { Description = "For other launchers: host:port where process 0 is met." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Devices, Workers, Reduce, Rank, RankCount, Meeting, StopOnInputEnd })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>When gradients are summed.</summary>
    public ReduceSchedule Schedule(ParseResult parsed) => parsed.GetValue(Reduce);

    /// <summary>The devices of processes to start; null where this process trains itself.</summary>
    public IReadOnlyList<string>? ProcessDevices(ParseResult parsed)
        => parsed.GetValue(Devices) is { } named ? DeviceList.Resolve(named, parsed.GetValue(Workers) ?? 1) : null;

    /// <summary>The group that this process was started for; null for none.</summary>
    /// <exception cref="PlanException">Only some of the three options are there.</exception>
    public IProcessGroup? Join(ParseResult parsed, ComputeDevice device)
    {
        var (rank, count, meeting) = (parsed.GetValue(Rank), parsed.GetValue(RankCount), parsed.GetValue(Meeting));
        if (rank is null && count is null && meeting is null)
        {
            return null;
        }

        if (rank is null || count is null || meeting is null)
        {
            throw new PlanException("--rank, --rank-count and --rendezvous belong together.");
        }

        var met = Rendezvous.Meet(meeting, rank.Value, count.Value);
        return device.IsCuda ? new NcclProcessGroup(met, device) : new SocketProcessGroup(met);
    }

    /// <summary>This process's place among others; 0 when it is alone.</summary>
    public int RankOf(ParseResult parsed) => parsed.GetValue(Rank) ?? 0;

    /// <summary>A token that is cancelled by <paramref name="interrupt"/>, and when the process that started this one says so or dies.</summary>
    public CancellationTokenSource Stop(ParseResult parsed, CancellationToken interrupt)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        if (parsed.GetValue(StopOnInputEnd))
        {
            new Thread(() =>
            {
                while (Console.In.ReadLine() is not null)
                {
                    // Nothing is said on it; its end is what counts.
                }

                try
                {
                    source.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // Training has ended already.
                }
            }) { IsBackground = true, Name = "input's end" }.Start();
        }

        return source;
    }

    /// <summary>The words that were typed, without those that only the starting process reads.</summary>
    public IEnumerable<string> OwnArguments(ParseResult parsed)
    {
        var words = parsed.Tokens.Select(token => token.Value).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] is "--devices" or "--workers")
            {
                i++;
                continue;
            }

            yield return words[i];
        }
    }
}
