namespace Dvt.Lodging.Understanding;

/// <summary>What English words mean here; see <see cref="SpanishWords"/> for the form.</summary>
static class EnglishWords
{
    public const string Table = """
        month=1: january jan
        month=2: february feb
        month=3: march mar
        month=4: april apr
        month=5: may
        month=6: june jun
        month=7: july jul
        month=8: august aug
        month=9: september sept sep
        month=10: october oct
        month=11: november nov
        month=12: december dec
        weekday=1: monday mon mondays
        weekday=2: tuesday tue tues
        weekday=3: wednesday wed weds
        weekday=4: thursday thu thur thurs
        weekday=5: friday fri fridays
        weekday=6: saturday sat saturdays
        weekday=0: sunday sun sundays
        today: today 2day
        tomorrow: tomorrow tmrw tomoro tmr 2moro 2morrow tomorow
        overmorrow: day_after_tomorrow
        tonight: tonight tonite 2nite 2night this_evening
        morning: in_the_morning this_morning
        holiday=1224: christmas_eve xmas_eve
        holiday=1225: christmas christmas_day xmas xmas_day
        holiday=1226: boxing_day
        holiday=1231: new_years_eve nye new_year_eve
        holiday=101: new_years_day new_years new_year_day new_year
        holiday=214: valentines valentines_day
        holiday=-2: good_friday
        holiday=0: easter_sunday
        holiday=1: easter_monday
        holiday=704: independence_day fourth_of_july
        wish: happy merry
        weekend: weekend weekends wknd wkend week_end
        week: week weeks
        fortnight: fortnight
        nextweek: next_week following_week
        nextmonth: next_month following_month
        thismonth: this_month
        next: next upcoming coming
        other: other following one_after another different
        afternext: after_next
        this: this these
        from: from starting beginning since
        between: between
        of: of
        the: the
        until: until till til thru through ending
        to: to
        a: a an
        and: and
        with: with
        without: without
        for: for
        in: in
        on: on
        day: day days
        night: night nights nite nites evening evenings overnight nighter
        months: month months
        half: half
        depart: leave leaving depart departing departure checkout check_out checking_out out go_home heading_home
        arrive: arrive arriving arrival checkin check_in checking_in
        number=0: zero
        number=1: one single
        number=2: two both
        number=3: three
        number=4: four
        number=5: five
        number=6: six
        number=7: seven
        number=8: eight
        number=9: nine
        number=10: ten
        number=11: eleven
        number=12: twelve
        number=13: thirteen
        number=14: fourteen
        number=15: fifteen
        number=16: sixteen
        number=17: seventeen
        number=18: eighteen
        number=19: nineteen
        number=20: twenty
        number=30: thirty
        ordinal=1: first
        ordinal=2: second
        ordinal=3: third
        ordinal=4: fourth
        ordinal=5: fifth
        ordinal=6: sixth
        ordinal=7: seventh
        ordinal=8: eighth
        ordinal=9: ninth
        ordinal=10: tenth
        ordinal=11: eleventh
        ordinal=12: twelfth
        ordinal=13: thirteenth
        ordinal=14: fourteenth
        ordinal=15: fifteenth
        ordinal=16: sixteenth
        ordinal=17: seventeenth
        ordinal=18: eighteenth
        ordinal=19: nineteenth
        ordinal=20: twentieth
        ordinal=30: thirtieth
        couple: couple couples
        people: people person persons ppl pax guest guests traveler travelers travellers traveller visitors folks pp peeps humans_total occupants
        adult: adult adults grownups grown_ups seniors
        child: child children little_ones kid kids baby babies infant infants toddler toddlers teen teens teenager teenagers daughter daughters son sons boy boys girl girls grandkids grandchildren newborn
        kin=2: parents grandparents inlaws
        kin: wife husband girlfriend boyfriend partner fiance fiancee mother mom mum father dad sister brother friend friends mate mates buddy pal pals grandma grandpa sisters brothers buddies cousin cousins spouse colleague colleagues
        family: family group party families groups
        self: me i myself
        my: my our his her their
        us: us
        we: we were well theres there_are there_will_be there_would_be thered itll
        alone: just only alone solo
        more: more extra additional
        included: including included incl
        not: not no nor
        instead: instead_of rather_than
        oops: i_mean i_meant sorry oops correction actually
        yes: yes yeah yep sure ok okay
        howmuch: how_much hw_much howmuch how_mutch
        howmany: how_many
        what: what whats wat which
        which: when
        where: where
        how: how hows
        hour: time times hour hours pm am oclock noon midday
        want: want wanna id_like wed_like like wish would_like looking_to hoping_to love id_love wed_love would_love
        need: need needs require
        seek: looking_for searching seeking checking looking
        can: can could may would is_it_possible any_chance any_way able
        have: have has got gotten there_is is_there are_there there_any get any
        own: i_have we_have i_made we_made ive_got
        stay: stay staying stayed
        come: come visit travel
        make: make making do place
        send: send give share
        available: available availability availabilities vacancy vacancies vacant openings opening avail availble unoccupied taken free open
        softfree: free open
        place: room rooms space spot spots cabin cabins cabana place apartment apartments apt flat house villa loft suite studio lodging accommodation accommodations accomodation unit bungalow cottage chalet somewhere rental hotel home
        some: anything something
        any: any some
        complaint: complaint complaints complain unacceptable awful disappointed
        still: still left
        reserve: reserve reserving reserved book booking_us book_it rebook hold secure lock_in put_us_down put_me_down pencil_us_in pencil_me_in
        booking: booking bookings reservation reservations resevation resv reservaton
        rent: rent renting
        take: take taking
        it: it that
        price: price prices pricing rate rates cost costs quote quotation estimate fee fees tax taxes surcharge surcharges tariff discount discounts deal deals cheap cheaper cheapest expensive pricey budget total nightly_rate offer_price affordable ballpark
        charges: charge charges charging cost
        change: change changing changed modify modifying reschedule rescheduling postpone postponing amend amending switch swap adjust alter update rearrange chnage
        changing: modification amendment
        shift: move moving push shift
        relocate: move moving push shift bring transfer_booking delay
        extend: extend extending lengthen prolong shorten
        add: add adding
        date: date dates
        trip: trip visit arrival holiday vacation stay
        forward: forward back earlier later
        wrong: wrong mistake
        cancel: cancel cancelling canceling cancelled canceled cancellation cancelation call_off calling_off
        drop: remove delete drop
        nolonger: no_longer
        cantcome: cant_make wont_make not_going_to_make cannot_make wont_be_able not_be_able unable_to dont_need not_coming wont_be_coming
        policy: policy policies terms rules conditions
        refund: refund refunds refunded reimbursed money_back
        vehicle: car cars vehicles
        luggage: luggage bags suitcases baggage
        bring: bring
        permitted: allowed okay_to ok_to permitted
        pay: pay paying paid payment payments deposit deposits card cards cash transfer transferred wire installments invoice receipt balance venmo zelle paypal visa mastercard amex american_express stripe bank debit credit card_declined prepay prepayment remit
        money: money
        currency: dollars euros pounds
        per: per
        service: washing_machine floor area surroundings luggage bags suitcases baggage distance amenities amenity facilities wifi wify wiffi wi_fi internet pool swimming hot_tub hottub jacuzzi parking park garage breakfast lunch dinner meals towel towels linen linens sheets bedding pillows kitchen cook cooking fridge refrigerator microwave oven stove washing washer laundry dryer iron pets pet dog dogs cat cats puppy animals ac aircon air_conditioning air_con fan heating heater fireplace bbq barbecue grill firepit tv netflix television crib cot cots bed beds bedroom bedrooms bathroom bathrooms shower view views beach balcony terrace patio garden location located address directions far near close nearby airport downtown supermarket smoke smoking parties event events music photo photos pictures pics video water hot_water elevator lift minimum wheelchair accessible accessibility gym spa sauna capacity sleeps sleep fit include includes included provide provided equipped shuttle pickup pick_up taxi tour tours activities kayak horses safe security signal keys key check_in check_out checkin checkout late_checkout early_checkin welcome allowed allow permitted noise quiet coffee hairdryer stairs private shared lake river services service
        talk: talk talking speak speaking chat chatting contact contacting connect reach
        someone: someone somebody anyone anybody human humans agent owner host hostess manager staff support representative rep operator receptionist reception administrator landlord person people_real team employee
        strongperson: human agent representative operator humans
        bot: bot robot machine chatbot automated
        attend: help assist
        pass: put transfer_me connect
        answer: answer answering respond reply replying
        call: call calling ring phone_me
        phone: phone phone_number telephone
        there: there
        real: real actual
        unit: @unit
        proceed: proceed
        confirm: confirm confirming
        info: information info details
        age: age ages year years old aged
        - have_a_great_day have_a_good_day have_a_nice_day have_a_nice_one have_a_lovely_day thanks_a_lot calls calm golden street streets walk walking super traveling travelling plus minus the i id ill ive im you your u ur youre we were well wed weve they them he she it its is am are was be been being do does did dont didnt has had will would should could might must shall a an that this these those there here so but or if then than as at by up down off into about over under again also too very really just please pls plz hi hello hey hiya dear good great nice morning afternoon day thanks thank thx cheers lol haha yes no not some all both each every much many lot lots little bit new old beautiful lovely country weather game last ago know let lets see saw say said tell told think guess hope sorry lake lane game name same came some come late date hate gate made make take bake live love give five fire wire like bike bite site note vote home hole hope long song along want went sent sick sister side wide word work world water later after before now never ever soon once still even yet what when why who whom whose yours ours mine guys folks anybody question info information number numbers email text chance way ways thing things something nothing everything nobody problem issue flight car bus train drive due cool fine awesome perfect happen happened today however since while during without against red blue green white black sun moon star north south east west rose hill sea ocean sky end start first next last most least more less few own keep kept book cook look took hook back pack bank tank thing play plan plane place lace face race rice nice ready read lead head heard hand land sand band
        """;
}
