using System.Runtime.InteropServices;
using TorchSharp;

namespace LT2.Eval.Models.Runtime;

/// <summary>CUDA libraries can fail to load silently, so a device counts only after a computation on it.</summary>
public static class CudaProbe
{
    /// <summary>Why there is no CUDA device, as a check that did not pass; null where there is one.</summary>
    /// <param name="required">Whether a CUDA device was asked for.</param>
    public static DeviceCheck? Absence(bool required) => TryInitialise(out var reason) ? null : CudaAbsence.Describe(reason, required);

    internal static bool TryInitialise(out string reason)
    {
        TorchRuntime.EnsureLoaded();
        try
        {
            torch.InitializeDeviceType(DeviceType.CUDA);
            if (!torch.cuda.is_available())
            {
                reason = "not available: libtorch has no CUDA, or the driver is missing";
                return false;
            }
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException or DllNotFoundException or ExternalException or TypeInitializationException)
        {
            reason = "not available: " + FirstLine(error.Message);
            return false;
        }
        reason = "";
        return true;
    }

    internal static void Prove(torch.Device device)
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            var ones = torch.ones(64, 64, device: device);
            var total = ones.mm(ones).sum().cpu().item<float>();
            if (total != 64f * 64 * 64) throw new ModelException($"The product of two 64 × 64 matrices of ones on {device} sums to {total}, not 262144: the device does not compute correctly.");
        }
        catch (ExternalException error)
        {
            throw new ModelException($"The device {device} fails at a 64 × 64 product: {FirstLine(error.Message)}", error);
        }
    }

    static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
