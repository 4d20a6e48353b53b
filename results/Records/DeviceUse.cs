namespace LT2.Eval.Results.Records;

/// <summary>What a cell took of the device that carried it out.</summary>
/// <param name="Device">As <c>--device</c> names it on its host, such as <c>cuda:0</c>.</param>
/// <param name="Seconds">Its part of the device's time: of each moment an equal part where several cells ran side by side. The parts add up to the time in which the device had a cell.</param>
/// <param name="BusyShare">Share of the cell's time in which any kernel ran on the device, as its management library tells; null where nothing tells, as on a CPU.</param>
public sealed record DeviceUse(string Device, double Seconds, double? BusyShare);
