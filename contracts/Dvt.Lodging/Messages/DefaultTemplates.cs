using Dvt.Contracts;

namespace Dvt.Lodging.Messages;

/// <summary>
/// The templates by which guests are written to on WhatsApp more than a day after they wrote, unless the tenant names its own. Names
/// and parameters are a promise: the tenant has them approved by Meta under these names, in each language. No parameter is ever empty,
/// since Meta refuses that.
/// </summary>
public static class DefaultTemplates
{
    /// <exception cref="KeyNotFoundException">No such message.</exception>
    public static WhatsAppTemplate Of(string name) => Known[name];

    const string Link = "{{#if paymentLink}}{{paymentLink}}{{else}}-{{/if}}";
    const string Refund = "{{#if refund}}{{refund}}{{else}}-{{/if}}";
    const string Balance = "{{#if balance}}{{balance}}{{else}}-{{/if}}";

    static readonly Dictionary<string, WhatsAppTemplate> Known = new()
    {
        [MessageNames.HoldCreated] = new(
            "dvt_hold_created",
            ["{{firstName}}", "{{unitName}}", "{{checkIn}}", "{{checkOut}}", "{{deposit}}", "{{expiresAt}}", "{{bookingCode}}", Link]),
        [MessageNames.HoldReminder] = new("dvt_hold_reminder", ["{{firstName}}", "{{unitName}}", "{{expiresAt}}", "{{deposit}}", "{{bookingCode}}", Link]),
        [MessageNames.HoldExpired] = new("dvt_hold_expired", ["{{firstName}}", "{{bookingCode}}", "{{unitName}}", "{{checkIn}}", "{{checkOut}}"]),
        [MessageNames.BookingConfirmed] = new(
            "dvt_booking_confirmed",
            ["{{firstName}}", "{{bookingCode}}", "{{unitName}}", "{{checkIn}}", "{{checkInTime}}", "{{checkOut}}", "{{checkOutTime}}", Balance]),
        [MessageNames.BookingCancelled] = new("dvt_booking_cancelled", ["{{firstName}}", "{{bookingCode}}", "{{unitName}}", "{{checkIn}}", "{{checkOut}}", Refund]),
        [MessageNames.PreArrival] = new(
            "dvt_pre_arrival", ["{{firstName}}", "{{unitName}}", "{{checkIn}}", "{{checkInTime}}", "{{checkOut}}", "{{checkOutTime}}", Balance]),
        [MessageNames.AfterStay] = new("dvt_after_stay", ["{{firstName}}", "{{unitName}}"]),
    };
}
