using System.Diagnostics.Metrics;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary>What the bookings domain counts.</summary>
static class BookingMeters
{
    static readonly Counter<long> Created = PipelineMeters.Meter.CreateCounter<long>("reservations_created_total");
    static readonly Counter<long> Confirmed = PipelineMeters.Meter.CreateCounter<long>("reservations_confirmed_total");
    static readonly Counter<long> Overlaps = PipelineMeters.Meter.CreateCounter<long>("reservations_date_overlap_total");
    static readonly Counter<long> Expired = PipelineMeters.Meter.CreateCounter<long>("prereservations_expired_total");
    static readonly Counter<long> Reached = PipelineMeters.Meter.CreateCounter<long>("reservations_total");

    /// <summary>Commits that the exclusion constraint refused: somebody else had taken a night meanwhile, and it is decided again.</summary>
    public static readonly Counter<long> LockFailed = PipelineMeters.Meter.CreateCounter<long>("reservations_lock_failed_total");

    /// <summary>Of the job that looks for holds whose timer was lost.</summary>
    public static readonly Histogram<double> ExpiryJobTook = PipelineMeters.Meter.CreateHistogram<double>("prereservation_expiry_job_duration_seconds", "s");

    public static void Count(IEvent e)
    {
        switch (e)
        {
            case BookingHeld held:
                Created.Add(1, new KeyValuePair<string, object?>("channel", held.Channel));
                Reach(BookingStatus.Held);
                break;
            case BookingConfirmed:
                Confirmed.Add(1);
                Reach(BookingStatus.Confirmed);
                break;
            case BookingExpired:
                Expired.Add(1);
                Reach(BookingStatus.Expired);
                break;
            case CommandRefused { Code: "date_overlap" }:
                Overlaps.Add(1);
                break;
            case BookingCancelled:
                Reach(BookingStatus.Cancelled);
                break;
            case BookingCheckedIn:
                Reach(BookingStatus.CheckedIn);
                break;
            case BookingCompleted:
                Reach(BookingStatus.Completed);
                break;
            case BookingNoShow:
                Reach(BookingStatus.NoShow);
                break;
        }
    }

    static void Reach(string status) => Reached.Add(1, new KeyValuePair<string, object?>("status", status));
}
