"""Homes as Home Assistant's integrations name their sensors, and what each of them is.

The first text of a home lists its sensors. The second lists a role, a name with a - if its power is
turned around, and the sensor.
"""

from collections.abc import Mapping
from typing import Final

HOMES: Final[Mapping[str, tuple[str, str]]] = {
    "HomeWizard P1": (
        """
        W p1_meter_power
        W p1_meter_power_phase_1
        W p1_meter_power_phase_2
        W p1_meter_power_phase_3
        W p1_meter_average_demand
        W p1_meter_peak_demand_current_month
        kWh p1_meter_energy_import
        kWh p1_meter_energy_import_tariff_1
        kWh p1_meter_energy_import_tariff_2
        kWh p1_meter_energy_export
        kWh p1_meter_energy_export_tariff_1
        kWh p1_meter_energy_export_tariff_2
        """,
        """
        grid grid p1_meter_power
        import grid_import p1_meter_energy_import
        export grid_export p1_meter_energy_export
        """,
    ),
    "Fronius": (
        """
        W solarnet_power_grid
        W solarnet_power_grid_import
        W solarnet_power_grid_export
        W solarnet_power_load
        W solarnet_power_load_consumed
        W solarnet_power_load_generated
        W solarnet_power_photovoltaics
        W symo_ac_power
        W smart_meter_63a_power_real
        W smart_meter_63a_power_real_phase_1
        W smart_meter_63a_power_real_phase_2
        W smart_meter_63a_power_real_phase_3
        kWh solarnet_energy_day
        kWh solarnet_energy_year
        kWh solarnet_energy_total
        kWh symo_total_energy
        kWh smart_meter_63a_energy_real_consumed
        kWh smart_meter_63a_energy_real_produced
        """,
        """
        grid grid solarnet_power_grid
        import grid_import smart_meter_63a_energy_real_consumed
        export grid_export smart_meter_63a_energy_real_produced
        solar solar solarnet_power_photovoltaics
        solar solar_energy solarnet_energy_total
        house power solarnet_power_load_consumed
        """,
    ),
    "Shelly 3EM": (
        """
        W shellyem3_channel_a_power
        W shellyem3_channel_b_power
        W shellyem3_channel_c_power
        kWh shellyem3_channel_a_energy
        kWh shellyem3_channel_b_energy
        kWh shellyem3_channel_c_energy
        kWh shellyem3_channel_a_energy_returned
        kWh shellyem3_channel_b_energy_returned
        kWh shellyem3_channel_c_energy_returned
        """,
        """
        import grid_import_a shellyem3_channel_a_energy
        import grid_import_b shellyem3_channel_b_energy
        import grid_import_c shellyem3_channel_c_energy
        export grid_export_a shellyem3_channel_a_energy_returned
        export grid_export_b shellyem3_channel_b_energy_returned
        export grid_export_c shellyem3_channel_c_energy_returned
        """,
    ),
    "Shelly Pro 3EM": (
        """
        W shellypro3em_total_active_power
        W shellypro3em_phase_a_active_power
        W shellypro3em_phase_b_active_power
        W shellypro3em_phase_c_active_power
        kWh shellypro3em_total_active_energy
        kWh shellypro3em_total_active_returned_energy
        kWh shellypro3em_phase_a_total_active_energy
        kWh shellypro3em_phase_b_total_active_energy
        kWh shellypro3em_phase_c_total_active_energy
        kWh shellypro3em_phase_a_total_active_returned_energy
        kWh shellypro3em_phase_b_total_active_returned_energy
        kWh shellypro3em_phase_c_total_active_returned_energy
        """,
        """
        grid grid shellypro3em_total_active_power
        import grid_import shellypro3em_total_active_energy
        export grid_export shellypro3em_total_active_returned_energy
        """,
    ),
    "GoodWe": (
        """
        W goodwe_pv_power
        W goodwe_pv1_power
        W goodwe_pv2_power
        W goodwe_active_power
        W goodwe_house_consumption
        W goodwe_battery_power
        W goodwe_load
        kWh goodwe_total_pv_generation
        kWh goodwe_today_s_pv_generation
        kWh goodwe_meter_total_energy_export
        kWh goodwe_meter_total_energy_import
        kWh goodwe_total_battery_charge
        kWh goodwe_total_battery_discharge
        kWh goodwe_today_battery_charge
        """,
        """
        grid -grid goodwe_active_power
        import grid_import goodwe_meter_total_energy_import
        export grid_export goodwe_meter_total_energy_export
        solar solar goodwe_pv_power
        solar solar_energy goodwe_total_pv_generation
        battery battery goodwe_battery_power
        charge battery_charge goodwe_total_battery_charge
        discharge battery_discharge goodwe_total_battery_discharge
        house power goodwe_house_consumption
        """,
    ),
    "Huawei": (
        """
        W inverter_active_power
        W inverter_input_power
        W power_meter_active_power
        W battery_charge_discharge_power
        kWh inverter_total_yield
        kWh inverter_daily_yield
        kWh power_meter_consumption
        kWh power_meter_exported
        kWh battery_total_charge
        kWh battery_total_discharge
        kWh battery_day_charge
        kWh battery_day_discharge
        """,
        """
        grid -grid power_meter_active_power
        import grid_import power_meter_consumption
        export grid_export power_meter_exported
        solar solar inverter_input_power
        solar solar_energy inverter_total_yield
        battery -battery battery_charge_discharge_power
        charge battery_charge battery_total_charge
        discharge battery_discharge battery_total_discharge
        """,
    ),
    "DSMR": (
        """
        W electricity_meter_power_consumption
        W electricity_meter_power_production
        W electricity_meter_power_consumption_phase_l1
        kWh electricity_meter_energy_consumption_tarif_1
        kWh electricity_meter_energy_consumption_tarif_2
        kWh electricity_meter_energy_production_tarif_1
        kWh electricity_meter_energy_production_tarif_2
        """,
        """
        import grid_import_power electricity_meter_power_consumption
        import grid_import_1 electricity_meter_energy_consumption_tarif_1
        import grid_import_2 electricity_meter_energy_consumption_tarif_2
        export grid_export_power electricity_meter_power_production
        export grid_export_1 electricity_meter_energy_production_tarif_1
        export grid_export_2 electricity_meter_energy_production_tarif_2
        """,
    ),
    "DSMR with its first names": (
        """
        W power_consumption
        W power_production
        kWh energy_consumption_tarif_1
        kWh energy_consumption_tarif_2
        kWh energy_production_tarif_1
        kWh energy_production_tarif_2
        """,
        """
        import grid_import_power power_consumption
        import grid_import_1 energy_consumption_tarif_1
        import grid_import_2 energy_consumption_tarif_2
        export grid_export_power power_production
        export grid_export_1 energy_production_tarif_1
        export grid_export_2 energy_production_tarif_2
        """,
    ),
    "Enphase": (
        """
        W envoy_122304054321_current_power_production
        W envoy_122304054321_current_power_consumption
        W envoy_122304054321_current_net_power_consumption
        W inverter_482247000001
        W inverter_482247000002
        W envoy_122304054321_current_battery_discharge
        kWh envoy_122304054321_lifetime_energy_production
        kWh envoy_122304054321_energy_production_today
        kWh envoy_122304054321_lifetime_energy_consumption
        kWh envoy_122304054321_lifetime_net_energy_consumption
        kWh envoy_122304054321_lifetime_net_energy_production
        kWh envoy_122304054321_energy_production_last_seven_days
        kWh envoy_122304054321_lifetime_battery_energy_charged
        kWh envoy_122304054321_lifetime_battery_energy_discharged
        """,
        """
        grid grid envoy_122304054321_current_net_power_consumption
        import grid_import envoy_122304054321_lifetime_net_energy_consumption
        export grid_export envoy_122304054321_lifetime_net_energy_production
        solar solar envoy_122304054321_current_power_production
        solar solar_energy envoy_122304054321_lifetime_energy_production
        battery battery envoy_122304054321_current_battery_discharge
        charge battery_charge envoy_122304054321_lifetime_battery_energy_charged
        discharge battery_discharge envoy_122304054321_lifetime_battery_energy_discharged
        house power envoy_122304054321_current_power_consumption
        house energy envoy_122304054321_lifetime_energy_consumption
        """,
    ),
    "meters only": (
        """
        kWh electricity_import
        kWh electricity_export
        kWh pv_yield
        """,
        """
        import grid_import electricity_import
        export grid_export electricity_export
        solar solar pv_yield
        """,
    ),
    "three phases": (
        """
        W power_l1
        W power_l2
        W power_l3
        kWh energy_l1
        kWh energy_l2
        kWh energy_l3
        """,
        """
        house power_1 power_l1
        house power_2 power_l2
        house power_3 power_l3
        house energy_1 energy_l1
        house energy_2 energy_l2
        house energy_3 energy_l3
        """,
    ),
    "two inverters": (
        """
        W inverter_power
        W inverter_2_power
        W grid_power
        kWh inverter_energy
        kWh inverter_2_energy
        """,
        """
        grid grid grid_power
        solar solar inverter_power
        solar solar_2 inverter_2_power
        solar solar_energy inverter_energy
        solar solar_energy_2 inverter_2_energy
        """,
    ),
    "two roofs": (
        """
        W solar_east_power
        W solar_west_power
        W house_power
        """,
        """
        solar solar solar_east_power
        solar solar_2 solar_west_power
        house power house_power
        """,
    ),
    "hourly meter": (
        """
        W ams_power
        W tibber_pulse_home_power
        kWh ams_import_hourly
        """,
        """
        grid grid tibber_pulse_home_power
        """,
    ),
    "everything twice": (
        """
        W grid_import_power
        W grid_export_power
        W solar_power
        W battery_charge_power
        W battery_discharge_power
        W house_power
        W heat_pump_power
        kWh grid_import_energy
        kWh grid_export_energy
        kWh solar_energy
        kWh battery_charge_energy
        kWh battery_discharge_energy
        kWh house_energy
        kWh heat_pump_energy
        """,
        """
        import grid_import_power grid_import_power
        import grid_import grid_import_energy
        export grid_export_power grid_export_power
        export grid_export grid_export_energy
        solar solar solar_power
        solar solar_energy solar_energy
        charge battery_charge_power battery_charge_power
        charge battery_charge battery_charge_energy
        discharge battery_discharge_power battery_discharge_power
        discharge battery_discharge battery_discharge_energy
        house power house_power
        house energy house_energy
        devices heat_pump heat_pump_energy
        """,
    ),
    "in German": (
        """
        W hausverbrauch
        W batterie_leistung
        W stromzaehler_leistung
        kWh netzbezug
        kWh netzeinspeisung
        kWh pv_ertrag
        kWh waermepumpe_energie
        """,
        """
        grid grid stromzaehler_leistung
        import grid_import netzbezug
        export grid_export netzeinspeisung
        solar solar pv_ertrag
        battery battery batterie_leistung
        house power hausverbrauch
        devices waermepumpe waermepumpe_energie
        """,
    ),
    "in Dutch": (
        """
        W zonnepanelen_vermogen
        W warmtepomp_vermogen
        kWh slimme_meter_verbruik_tarief_1
        kWh slimme_meter_verbruik_tarief_2
        kWh slimme_meter_teruglevering_tarief_1
        kWh slimme_meter_teruglevering_tarief_2
        kWh laadpaal_energie
        """,
        """
        import grid_import_1 slimme_meter_verbruik_tarief_1
        import grid_import_2 slimme_meter_verbruik_tarief_2
        export grid_export_1 slimme_meter_teruglevering_tarief_1
        export grid_export_2 slimme_meter_teruglevering_tarief_2
        solar solar zonnepanelen_vermogen
        devices laadpaal laadpaal_energie
        devices warmtepomp warmtepomp_vermogen
        """,
    ),
    "Victron": (
        """
        W victron_grid_power
        W victron_battery_power
        W victron_pv_power
        W victron_ac_loads
        kWh victron_energy_from_grid
        kWh victron_energy_to_grid
        """,
        """
        grid grid victron_grid_power
        import grid_import victron_energy_from_grid
        export grid_export victron_energy_to_grid
        solar solar victron_pv_power
        battery battery victron_battery_power
        house power victron_ac_loads
        """,
    ),
    "SolarEdge": (
        """
        W solaredge_i1_ac_power
        W solaredge_m1_ac_power
        W solaredge_b1_dc_power
        kWh solaredge_m1_imported_kwh
        kWh solaredge_m1_exported_kwh
        kWh solaredge_i1_ac_energy_kwh
        """,
        """
        grid grid solaredge_m1_ac_power
        import grid_import solaredge_m1_imported_kwh
        export grid_export solaredge_m1_exported_kwh
        solar solar solaredge_i1_ac_power
        solar solar_energy solaredge_i1_ac_energy_kwh
        battery battery solaredge_b1_dc_power
        """,
    ),
    "Tesla": (
        """
        W powerwall_battery_now
        W powerwall_solar_now
        W powerwall_site_now
        W powerwall_load_now
        kWh powerwall_battery_import
        kWh powerwall_battery_export
        kWh powerwall_site_import
        kWh powerwall_site_export
        kWh powerwall_solar_export
        kWh powerwall_load_import
        """,
        """
        grid grid powerwall_site_now
        import grid_import powerwall_site_import
        export grid_export powerwall_site_export
        solar solar powerwall_solar_now
        battery battery powerwall_battery_now
        charge battery_charge powerwall_battery_import
        discharge battery_discharge powerwall_battery_export
        house power powerwall_load_now
        """,
    ),
    "two sensors": (
        """
        W power
        kWh energy
        """,
        """
        house power power
        house energy energy
        """,
    ),
}
