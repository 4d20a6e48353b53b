using System.Runtime.InteropServices;

namespace LT2.Eval.Harness.Commands;

/// <summary>Ctrl+C or SIGTERM once asks the run to stop after the current batch; a second time ends the program as the system does.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interrupt(TextWriter messages)
    {
        void Handle(PosixSignalContext signal)
        {
            if (source.IsCancellationRequested)
            {
                return;
            }

            signal.Cancel = true;
            messages.WriteLine("Stopping after the current batch; once more stops at once.");
            source.Cancel();
        }

        registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }
}
