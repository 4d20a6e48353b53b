using System.Runtime.InteropServices;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>What Slurm tells a task: SIGTERM when it is preempted or cancelled, SIGUSR1 shortly before its time limit. Both stop it after the current batch, with its state saved.</summary>
internal sealed class TaskSignals : IDisposable
{
    private const PosixSignal User1 = (PosixSignal)10; // Linux's number; the enumeration has names for portable ones only

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public TaskSignals(TextWriter messages)
    {
        void Stop(PosixSignalContext signal, string what)
        {
            signal.Cancel = true;
            messages.WriteLine($"{what}: stopping after the current batch.");
            source.Cancel();
        }

        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, "SIGTERM")),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, "SIGINT")),
            PosixSignalRegistration.Create(User1, signal =>
            {
                TimeIsRunningOut = true;
                Stop(signal, "The time limit is near");
            }),
        ];
    }

    /// <summary>Cancelled by any of them.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The limit is near: the task should be queued again. After SIGTERM that is Slurm's to decide.</summary>
    public bool TimeIsRunningOut { get; private set; }

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }
}
