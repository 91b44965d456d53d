namespace Dvt.Lodging.Understanding;

/// <summary>By what each intent is known, in both languages at once, since cues are made of concepts.</summary>
static class Cues
{
    /// <summary>Cues that tell an intent by themselves.</summary>
    public static readonly IReadOnlyDictionary<Intent, Phrase[]> Strong = new Dictionary<Intent, Phrase[]>
    {
        [Intent.Human] = Read("""
            talk .. someone|people
            someone|people|real .. talk
            want|need|can .. talk
            complaint
            nadie|nobody .. answer
            someone .. answer
            attend .. someone|people
            someone|people .. attend
            pass ~ someone|people
            pass .. with someone|@guests
            someone .. call
            call
            strongperson
            bot
            someone there
            someone from ~ team|equipo|staff|hotel
            phone
            send|have|what .. numero|whatsapp $
            send|your|tu ~ celular|cel
            real people
            people real
            number of someone
            """),
        [Intent.Change] = Read("""
            change
            changing .. date|plan|planes|booking|day
            relocate .. date|booking|trip|stay|week
            shift .. @day|date
            it .. relocate .. @day
            relocate booking
            relocate the booking
            relocate|shift ~ unit
            relocate|shift ~ the unit
            moveto ~ unit
            moveto ~ the unit
            booking .. pero|but ~ @guests
            @day|@guests .. instead
            instead @day|@guests
            arrive|depart|come .. day|night antes|despues|before|earlier|later|after
            date|booking|trip .. relocate
            reserve|booking .. @day pero|but .. @day
            drop .. night|people|child|adult
            ser|be ~ more
            shift|relocate .. other
            extend
            add .. night|day|people|child|adult|@guests
            ahora|now @guests
            more night|day
            night|day more
            other night
            wrong .. date
            date .. wrong
            bring .. forward
            booking .. to .. other .. day|date
            """),
        [Intent.Cancel] = Read("""
            cancel
            drop .. booking
            cantcome
            not it want
            nolonger .. come|want|need|booking|stay
            not .. come
            refund .. sena|anticipo|deposito|deposit
            not want .. booking
            not need .. booking|place
            want|need .. refund
            refund .. money
            """),
        [Intent.Availability] = Read("""
            available
            ^ have $
            @day|@guests have $
            have ~ place
            have ~ some
            still .. place
            place .. still
            place ~ available
            is|are ~ full
            seek .. place
            fit us
            is|are|esta|estan .. booked|reservado|reservada|reservados
            what date|day|weekend .. have
            chance .. place
            got .. some
            some left
            """),
        [Intent.Book] = Read("""
            reserve
            it tomo|tomamos|quedo|quedamos
            me|nos it llevo|llevamos
            it want $
            me|nos booking
            me|nos it booking
            it voy|vamos a take
            take it
            take ~ @day|unit|place
            take ~ the ~ @day|unit|place
            want|need ~ rent
            want|make|need ~ booking
            want|make|need ~ the booking
            number booking
            a booking
            ^ booking please|porfa ~ @day|@guests
            ^ booking for|of|@day|@guests|request
            want|need ~ place
            want ~ the place|unit
            want unit
            want .. stay
            go ahead
            proceed .. booking
            """),
        [Intent.Price] = Read("""
            howmuch
            price
            charges
            per people|night
            child .. pay
            what costs
            a how
            """),
        [Intent.Services] = Read("""
            service
            howmany
            policy
            """),
        [Intent.Pay] = Read("""
            pay
            money
            account .. pay
            numero ~ account
            """),
    };

    /// <summary>Cues that tell only where nothing else does; the first that fits decides.</summary>
    public static readonly IReadOnlyList<(Intent Intent, Phrase[] Cues)> Weak =
    [
        (Intent.Cancel, Read("refund")),
        (Intent.Availability, Read("""
            have|get|fit .. @day
            @day .. have
            @day .. can $
            can ~ @day
            have .. month
            month .. have
            can .. come|stay|arrive .. @day
            some ~ @day
            place|unit .. @day|@guests
            @day|@guests .. place|unit
            seek .. @day|@guests
            @day .. fit
            """)),
        (Intent.Book, Read("""
            confirm
            how .. booking|reserve
            want .. @day|@nights|@guests|place|come
            need .. @day|@nights|@guests
            stay .. @day|@nights
            """)),
        (Intent.Human, Read("""
            someone
            call
            """)),
        (Intent.Pay, Read("""
            currency
            """)),
        (Intent.Services, Read("""
            where
            how|can .. arrive|get|depart
            have|allow .. child|kin
            info .. place|unit
            have .. unit|place
            what hour
            hour .. depart|arrive
            depart|arrive .. what hour
            safe|seguro|segura|apto|apta|ideal|suitable for
            can .. bring
            permitted
            ^ have
            do|does .. have
            que|what have
            """)),
    ];

    /// <summary>"I have a booking" books nothing, nor does "con cuánto se aparta" or "hold our bags".</summary>
    public static readonly Phrase[] NoBook = Read("""
        own ~ booking
        howmuch .. reserve
        howmuch .. pay .. reserve
        reserve .. luggage
        """);

    /// <summary>"Plans changed" is why they cancel.</summary>
    public static readonly Phrase[] ChangedPlans = Read("""
        plan|plans|planes .. change
        change|changing .. plan|plans|planes
        """);

    /// <summary>"Free parking" and "is the pool open" are not about dates.</summary>
    public static readonly Phrase[] SoftlyAvailable = Read("""
        service .. available
        available ~ service
        available of charge
        for available
        place for|to ~ service
        some ~ price
        """);

    /// <summary>Asking how one could cancel is not cancelling.</summary>
    public static readonly Phrase[] CancelPolicy = Read("""
        policy .. cancel
        cancel .. policy
        free cancel
        """);

    /// <summary>A picture of the receipt is no picture of the house.</summary>
    public static readonly Phrase[] NoService = Read("""
        foto|captura|imagen|photo|picture|pic .. pay
        """);

    /// <summary>"Cuánto antes", "how much time", "a cuánto están del centro".</summary>
    public static readonly Phrase[] NoPrice = Read("""
        howmuch tiempo|time|antes|falta|tarda|demora|minutos
        howmuch esta|estan|queda|quedan from|of
        howmuch queda|quedan .. service
        """);

    static Phrase[] Read(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => new Phrase(l))];
}
