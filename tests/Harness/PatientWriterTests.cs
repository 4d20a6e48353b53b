using System.Text;
using LT2.Eval.Harness.Commands;

namespace LT2.Eval.Harness.Tests;

public sealed class PatientWriterTests
{
    [Fact]
    public void What_cannot_be_written_is_lost_and_nothing_else()
    {
        var disk = new Disk();
        using var patient = new PatientWriter(disk);

        patient.WriteLine("lost");
        patient.Write('x');
        patient.Write($"{1}");
        patient.Flush();
        disk.IsFull = false;
        patient.Write("kept");

        Assert.Equal("kept", disk.Written.ToString());
    }

    private sealed class Disk : TextWriter
    {
        public bool IsFull { get; set; } = true;

        public StringBuilder Written { get; } = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => _ = IsFull ? throw new IOException("No space left on device") : Written.Append(value);

        public override void Flush() => _ = IsFull ? throw new IOException("No space left on device") : 0;
    }
}
