using System.Diagnostics;

namespace Dvt.Workers.Channels;

/// <summary>Makes what guests record into what a transcription takes: ffmpeg, 16 kHz, mono, as a limited child process.</summary>
sealed class SpokenAudio(ChannelsOptions options)
{
    const string Limiter = "/usr/bin/prlimit";
    const long MostMemory = 1L << 30;
    const int MostCpuSeconds = 60;
    const int MostMinutes = 5;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public bool IsAvailable => File.Exists(options.FfmpegPath);

    /// <summary>A WAV of five minutes at the most; null when it is no audio.</summary>
    public async Task<byte[]?> ConvertAsync(byte[] recorded, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        using var process = Process.Start(StartInfo()) ?? throw new InvalidOperationException("ffmpeg does not start");
        try
        {
            using var wav = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(wav, limit.Token);
            var complaints = process.StandardError.ReadToEndAsync(limit.Token);
            await WriteAsync(process, recorded, limit.Token);
            await Task.WhenAll(reading, complaints, process.WaitForExitAsync(limit.Token));
            // A header alone is silence of no length.
            return process.ExitCode == 0 && wav.Length > 1024 ? wav.ToArray() : null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    static async Task WriteAsync(Process process, byte[] recorded, CancellationToken stop)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(recorded, stop);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has read as much as it wants; its exit code tells the rest.
        }
    }

    /// <summary>Only pipes: a file of a guest must not make it open anything else.</summary>
    ProcessStartInfo StartInfo()
    {
        string[] ffmpeg =
        [
            options.FfmpegPath, "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-i", "pipe:0",
            "-vn", "-ac", "1", "-ar", "16000", "-t", $"{60 * MostMinutes}", "-f", "wav", "pipe:1",
        ];
        string[] command = File.Exists(Limiter) ? [Limiter, $"--as={MostMemory}", $"--cpu={MostCpuSeconds}", "--core=0", .. ffmpeg] : ffmpeg;
        return new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
            Environment = { ["HOME"] = Path.GetTempPath() },
        };
    }
}
