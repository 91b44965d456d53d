namespace Dvt.Lodging.Understanding;

/// <summary>
/// What Spanish words mean here. A line is <c>concept[=value]: forms</c>; forms are folded; <c>stem+ar</c> stands for the forms of a
/// regular verb; an underscore joins the words of an expression; <c>!</c> before a concept takes it from the forms. The concept <c>-</c> is for common words that mean nothing here and
/// must not be taken for a misspelt other.
/// </summary>
static class SpanishWords
{
    public const string Table = """
        month=1: enero ene
        month=2: febrero feb
        month=3: marzo mzo
        month=4: abril abr
        month=5: mayo
        month=6: junio jun
        month=7: julio jul
        month=8: agosto ago agos
        month=9: septiembre setiembre sept sep set
        month=10: octubre oct
        month=11: noviembre nov
        month=12: diciembre dic dbre diciem
        weekday=1: lunes lun
        weekday=2: martes mar
        weekday=3: miercoles mier mie
        weekday=4: jueves jue juev
        weekday=5: viernes vie vier
        weekday=6: sabado sab sabados
        weekday=0: domingo dom
        today: hoy
        tomorrow: manana mnn mana
        overmorrow: pasado_manana
        tonight: esta_noche hoy_en_la_noche hoy_a_la_noche
        morning: por_la_manana en_la_manana de_la_manana a_la_manana esta_manana
        holiday=1224: nochebuena noche_buena
        holiday=1225: navidad navidades
        holiday=1231: nochevieja noche_vieja fin_de_ano
        holiday=101: ano_nuevo
        holiday=214: san_valentin dia_de_los_enamorados
        holiday=-3: jueves_santo
        holiday=-2: viernes_santo
        holiday=-1: sabado_santo sabado_de_gloria
        holiday=0: domingo_de_pascua domingo_de_pascuas domingo_de_resurreccion pascua
        wish: feliz felices
        weekend: finde findes este_fin este_fin_de_semana fin_de_semana fines_de_semana finsemana findesemana fds finde_semana
        week: semana semanas semanita
        nextweek: semana_que_viene proxima_semana semana_proxima semana_entrante semana_siguiente
        nextmonth: mes_que_viene proximo_mes mes_proximo mes_entrante mes_siguiente
        thismonth: este_mes mes_en_curso presente_mes
        next: proximo proxima proximos prox que_viene entrante siguiente q_viene
        other: otro otra otros otras diferente distinto distinta
        this: este esta estos estas
        coming: venidero
        from: desde del partir dl dsd
        between: entre
        of: de d
        the: el la los las
        until: hasta hsta asta
        to: al
        a: a
        and: y e
        with: con
        without: sin
        for: para por xa pa x pra p
        in: en
        day: dia dias
        night: noche noches nochecita
        months: mes meses
        half: media medio
        depart: salida saliendo salir salgo salimos sale_el saldria saldriamos salida_el nos_vamos nos_iriamos me_voy me_iria regreso regresando regresamos volvemos vuelta check_out checkout retirada egreso
        arrive: llegada llegando llegar llego llegamos llegaria llegariamos entrada entrando entrar entro ingreso ingresando ingresar arribo arribando check_in checkin
        number=0: cero
        number=1: un uno una
        number=2: dos
        number=3: tres
        number=4: cuatro
        number=5: cinco
        number=6: seis
        number=7: siete
        number=8: ocho
        number=9: nueve
        number=10: diez
        number=11: once
        number=12: doce
        number=13: trece
        number=14: catorce
        number=15: quince
        number=16: dieciseis
        number=17: diecisiete
        number=18: dieciocho
        number=19: diecinueve
        number=20: veinte
        number=21: veintiuno veintiun
        number=22: veintidos
        number=23: veintitres
        number=24: veinticuatro
        number=25: veinticinco
        number=26: veintiseis
        number=27: veintisiete
        number=28: veintiocho
        number=29: veintinueve
        number=30: treinta
        ordinal=1: primero primer
        couple: par pareja parejita parejas matrimonio matrimonios
        people: persona personas pers prsonas pax huesped huespedes gente visitante visitantes ocupante ocupantes viajero viajeros integrantes plazas per_sonas
        adult: adulto adultos adultas adulta mayor mayores grandes
        child: nino ninos nina ninas nene nenes nena nenas chico chicos chica chicas menor menores hijo hijos hija hijas bebe bebes bebito bebita peque peques infante infantes chamaco chamacos chavos nieto nietos nieta nietas adolescente adolescentes guagua crio crios
        kin=2: papas padres abuelos suegros
        kin: esposa esposo marido mujer novia novio mama papa madre padre hermana hermano suegra suegro abuela abuelo tia tio prima primo amiga amigo companera companero senora cunada cunado hermanos hermanas amigos amigas primos tios companeros
        family: familia grupo flia familias grupos flias
        self: yo mi_mismo
        my: mi mis nuestro nuestros nuestra nuestras su sus
        we: somos venimos eramos seremos seriamos vamos iriamos iremos vendriamos viajamos viajariamos estaremos nosotros iriamos_a
        alone: solo sola solito solita nada_mas nomas
        more: mas extra adicional adicionales
        less: menos
        included: incluido incluidos incluyendo contando son
        not: no ni tampoco
        instead: en_vez_de en_vez_del en_lugar_de en_lugar_del
        oops: perdon perdona disculpa mejor corrijo digo quise_decir quiero_decir me_refiero sino
        yes: si claro dale listo perfecto va
        howmuch: cuanto cuanta kuanto cto qnto
        howmany: cuantos cuantas
        what: que cual cuales
        which: cuando
        where: donde adonde
        how: como kmo cm
        hour: hora horas horario horarios mediodia hs hrs hr h pm am
        want: quiero quisiera quisieramos queremos quiere deseo deseamos desearia gustaria encantaria me_interesa querria queriamos queria
        need: necesito necesitamos necesitaria preciso precisamos ocupo requiero
        seek: busco buscamos buscando estoy_buscando consulto consultar consulta
        can: hay_forma hay_chance hay_manera hay_posibilidad puedo podemos podria podrian podriamos puede pueden puedes podras podra se_podra se_puede podes poder podeis podriais
        have: tienen tiene tienes tenes tendran tendrian tendras tendria tendra tener cuentan cuenta manejan ofrecen andan habra hay habria queda quedan quedara quedaran haber tengan haiga aceptan acepta hubiera aceptais teneis tendriais tendreis ofreceis disponeis quedais
        own: tengo tenemos tenia teniamos hice hicimos
        stay: quedarme quedarnos quedar hospedarme hospedarnos hospedar alojarme alojarnos alojar pernoctar
        come: ir venir vamos voy asistir viajar viajo viajaria viajare viajando acudir visitar
        make: hacer hago hacemos hagamos hagan realizar generar hacerte haceme hazme
        send: enviar envia envias enviame envian mandar mandame manda mandas mando mandais enviais pasais pasas pasame pasa pasar dame das comparte compartes compartir
        available: disponible disponibles disponibilidad dispo disponib dispon libre libres vacante vacantes desocupado desocupada desocupados tomado tomada tomados tomadas lleno llena llenos cupo cupos ocupado ocupada ocupadas rentada alquilada disponer
        place: lugar lugares espacio espacios sitio hueco huecos habitacion habitaciones cuarto cuartos cabana cabanas cabanita cabanitas departamento departamentos depto deptos depa depas apartamento apartamentos apto casa casas casita hospedaje alojamiento alojamientos loft suite villa pieza piezas bungalow estudio recamara unidad hotel posada alojo hostal chalet
        some: algo
        any: alguna algun alguno algunas algunos ningun ninguna
        complaint: queja quejas pesimo pesima inaceptable decepcionado decepcionada reclamo reclamos reclamar
        still: todavia aun
        reserve: reserv+ar apart+ar agend+ar separ+ar guard+ar bloque+ar sen+ar anot+ar apunt+ar ponme poneme ponnos ponganos hospedar_me apart tomo_la reservacion_de
        booking: reserva reservas reservacion reservaciones booking
        rent: alquil+ar rent+ar arrend+ar
        !reserve: reserva reservas sena senas senos seno
        take: tomo tomamos quedo quedamos llevo tomar tomarla tomarlo
        it: la lo los las
        price: precio precios costo costos coste tarifa tarifas valor valores presupuesto presupuestos cotizacion cotizar cotiza cotizame cotizan cotizas cotiz recargo recargos impuesto impuestos descuento descuentos rebaja rebajas promocion promociones promo promos oferta ofertas caro cara carito carita rebajita rebajitas haces_precio hace_precio hacen_precio barato barata economico economica precito
        costs: cuesta cuestan cuestas costaria costarian vale valen valdria sale salen saldria saldrian cobran cobra cobras cobrarian cobrais costar
        charges: cobran cobra cobras cobrarian cuesta cuestan costaria costarian
        change: cambi+ar modific+ar reprogram+ar pospon+er pospon pospongo posterg+ar aplaz+ar aplac+ar ajust+ar edit+ar rectific+ar actualiz+ar modifique reagend+ar
        changing: cambio cambios modificacion modificaciones
        !change: cambio
        relocate: mov+er muev+er corr+er recorr+er adelant+ar traslad+ar atras+ar retras+ar pasar pasamos corregir corregirla corrige corrigeme corrijame corrijan arreglar
        moveto: pasarme pasarnos mudarme mudarnos trasladarnos trasladarme
        shift: mov+er muev+er corr+er recorr+er pasarla pasarlo pasarlas pasarlos pasala pasalo pasenla pasenlo pasamela pasarmela pasarnosla
        extend: extend+er extiend+er ampli+ar alarg+ar prolong+ar acort+ar
        add: agreg+ar agregu+ar sum+ar anadir anadirle anadimos anade aumentar
        date: fecha fechas
        trip: estadia estancia viaje visita vacaciones llegada llegadas ida
        wrong: equivoque equivocamos equivoco error mal
        cancel: cancel+ar anul+ar cancelacion anulacion se_cayo se_nos_cayo se_me_cayo dar_de_baja darla_de_baja dar_baja da_de_baja arrepenti arrepentimos desisto desistir
        drop: elimin+ar borr+ar quit+ar suspend+er baj+ar retirar sin_efecto
        nolonger: ya_no no_podre no_podremos no_voy_a_poder no_vamos_a_poder no_puedo no_podemos
        policy: politica politicas condiciones reglas reglamento normas gratis gratuita terminos
        refund: reembols+ar reembolso reembolsos devolucion devolv+er devuelv+er
        money: dinero plata
        vehicle: carro carros auto autos coche coches vehiculos motos
        luggage: equipaje maleta maletas valija valijas mochilas
        bring: llevar traer llevarle llevamos llevo traigo dejar
        permitted: se_puede se_pueden
        pay: pag+ar pagu+ar abon+ar deposit+ar transferir transfiero transferi transfiera transferirles transferencia transferencias transfe pago pagos abono voucher capture captura deposito depositos sena senia anticipo cuotas tarjeta tarjetas american_express efectivo comprobante recibo factura boleta mercadopago mercado_pago paypal zelle bizum nequi yape plin oxxo visa mastercard amex debito credito adelanto clabe cbu cvu iban banco bancaria sinpe cheque saldo financiar giro giramos girar girarte transfer alias consigne consignar consignacion inicial enganche
        account: cuenta
        currency: dolares dolar euros
        per: por
        service: entera compartida compartido privada privado piso planta ruido ruidoso silencio tranquilo tranquila zona alrededores equipaje maleta maletas valija valijas distancia permite permiten permitis admitis incluis permitido permitida permitidos admite admiten aparcar aparcamiento cenar servicio servicios comodidad comodidades amenidades instalaciones incluye incluyen incluido incluida incluidos ofrecen wifi internet wi_fi guifi piscina pileta pile alberca pool jacuzzi hidromasaje tina tinaja tinajas estacionamiento parqueo parqueadero cochera garage garaje parking estacionar desayuno desayunos almuerzo cena comida restaurante toalla toallas sabanas sabana ropa_de_cama almohadas cocina cocinar refrigerador heladera nevera refri frigobar microondas horno estufa lavadora lavarropas secadora secador plancha mascota mascotas perro perros perrito perritos perra gato gatos animales aire clima ventilador ventiladores calefaccion chimenea estufa parrilla asador asado barbacoa quincho bbq fogata tele television televisor tv netflix cuna cama camas bano banos ducha regadera cuartos_tiene vista vistas playa playas mar_cerca balcon terraza patio jardin ubicacion ubicados ubicado ubicada ubicadas direccion queda_lejos lejos cerca aeropuerto centro supermercado llegar_desde fumar fumadores fiesta fiestas eventos musica foto fotos imagenes video videos agua luz elevador ascensor silla_de_ruedas accesible minimo minima gimnasio gym spa sauna capacidad caben entran duermen limpieza transporte traslado taxi tour tours actividades excursiones kayak caballos rio montana lago seguridad caja_fuerte senal internet_rapido llaves llave check_in check_out checkin checkout late_check early_check lena hamaca juegos equipada equipado amueblada
        talk: habl+ar habl ablar comunic+ar comuniqueme convers+ar chatear charlar contact+ar
        someone: alguien humano humana agente asesor asesora operador operadora dueno duena propietario propietaria encargado encargada gerente administrador administradora anfitrion anfitriona recepcion recepcionista ejecutivo ejecutiva vendedor vendedora soporte responsable representante supervisor
        strongperson: humano humana agente asesor asesora operador operadora ejecutivo ejecutiva representante humanos
        bot: robot bot maquina contestador
        attend: atienda atiende atender atiendan atiendeme ayude ayudar ayudarme
        pass: pasame paseme pasenme pasas pasa pasen comunic+ar comuniqueme conect+ar transfiereme paso pasar pasan
        answer: contest+ar respond+er
        call: marcarme marcame marque llamar llamarme llamarnos llamame llamenme llame llamen llamada llamo llamarlos llamarles
        phone: telefono
        there: ahi alli
        real: real verdad
        unit: @unit
        confirm: confirmar confirmo confirmamos confirma
        info: informacion info informes detalles
        age: ano anos anitos edad edades
        proceed: proced+er proceed_con adelante
        - pido pides pedir abre abren abrir link enlace calle calles caminar caminando caminata calma calmado decis sabeis estais sois queda_claro me_llamo te_confirmo le_confirmo les_confirmo apta aptas ideal puerto_plata mar_del_plata correo email caliente caliente frio fria ambiente algunas alguien aunque ustedes usted uds sigue siguen sirve lista listos ver_si momento momentito rato ratito pregunto preguntar queria_saber quisiera_saber queda_bien suerte abrazo abrazos besos largo larga cuento cuentas que q k ke xq tmb tb bn msj se le les me te nos lo es son esta estan estamos estoy era fue ser sea soy eres hola holis ola buenas buenos buena buen bueno tal tardes dia gracias muchas mucho muy amable favor porfa porfavor xfa plis por gusto saludos estimado estimados senor senores amigo jefe hey disculpe disculpen ok okay vale bien genial perfecto excelente entonces pero porque pues tambien asi ahora ya luego despues antes hace desde cada todo toda todos todas nada algo mismo misma ese esa eso esos esas aquel aquella esto aqui aca poco cosa cosas vez veces saber sabe sabes decir dicen dice diria digame ver vemos veo ve van voy va estaba estaria estara estaran seguro tal tipo parte solamente solo unos unas cualquier caso semana pronto tarde temprano primera primeros segundo segunda tercera ultimo ultima lindo linda bonito bonita hermoso grande pequena tiempo pais clima nombre nombres numero numeros papel puerta mesa silla coche carro auto nunca siempre quizas tal_vez creo pienso espero cerca mucho_gusto informacion info pregunta duda dudas ayuda problema surgio plan planes bajo sobre segun hacia durante mientras donde quien quienes cuyo hijo nuevo nueva vieja viejo blanco negro rojo roja azul verde rosa sol luna norte sur este oeste cielo flor flores estrella bosque camino rey reina gana ganas amor vida mundo gente jaja jajaja jeje jajajaja uy ay oye oiga mira mire che man bro pana compa wey guey pibe seria sino aunque cuanto_antes
        """;
}
