//! Addresses and ports: what a running container gets of the default bridge network, and which ports of the host
//! are taken. Nothing is sent anywhere. It must not know processes.

use crate::engine::api::{
    ContainerConfig, EndpointSettings, EngineError, HostConfig, NetworkSettings, Port, PortBinding,
};
use crate::sorted::{VecMap, VecSet};

/// Where ephemeral host ports begin.
const FIRST_EPHEMERAL: u16 = 32768;

/// A running container's place in the network.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) endpoint_id: String,
    /// The last two bytes of its address in 172.17.0.0/16.
    pub(super) host_part: u16,
    /// Published ports by `80/tcp`.
    pub(super) ports: VecMap<String, Vec<PortBinding>>,
}

impl Endpoint {
    fn address(&self) -> String {
        address(self.host_part)
    }

    fn mac(&self) -> String {
        let [high, low] = self.host_part.to_be_bytes();
        format!("02:42:ac:11:{high:02x}:{low:02x}")
    }
}

/// As `172.17.0.2`, by the last two bytes.
pub(super) fn address(host_part: u16) -> String {
    let [high, low] = host_part.to_be_bytes();
    format!("172.17.{high}.{low}")
}

/// Whether a container is on the default bridge network.
pub(super) fn is_bridge(host: &HostConfig) -> bool {
    matches!(host.network_mode.as_str(), "default" | "" | "bridge")
}

/// The default bridge network.
#[derive(Debug)]
pub(super) struct Bridge {
    pub(super) network_id: String,
    taken: VecSet<u16>,
    /// Host ports in use: protocol, port, address.
    bound: VecSet<(String, u16, String)>,
    next_ephemeral: u16,
}

impl Bridge {
    pub(super) fn new(network_id: String) -> Bridge {
        Bridge { network_id, taken: VecSet::new(), bound: VecSet::new(), next_ephemeral: FIRST_EPHEMERAL }
    }

    /// An address and the published ports for a container that starts. What is taken is a refusal, and nothing is
    /// kept.
    pub(super) fn connect(
        &mut self,
        name: &str,
        endpoint_id: String,
        config: &ContainerConfig,
        host: &HostConfig,
    ) -> Result<Endpoint, EngineError> {
        let mut wanted = host.port_bindings.clone();
        if host.publish_all_ports {
            for port in config.exposed_ports.iter().flatten().map(|(p, _)| p) {
                wanted.entry(port.clone()).or_insert_with(|| vec![PortBinding::default()]);
            }
        }
        let mut ports = VecMap::new();
        let mut claimed = Vec::new();
        for (port, bindings) in wanted {
            let mut list = Vec::new();
            for binding in &bindings {
                match self.bind(&port, binding) {
                    Ok((claim, shown)) => {
                        claimed.push(claim);
                        list.extend(shown);
                    }
                    Err(host) => {
                        for claim in &claimed {
                            self.bound.remove(claim);
                        }
                        return Err(EngineError::PortAllocated { container: name.into(), endpoint: endpoint_id, host });
                    }
                }
            }
            ports.insert(port, list);
        }
        // .0.0 is the network, .0.1 the host.
        let host_part = (2..u16::MAX).find(|n| !self.taken.contains(n)).unwrap_or(u16::MAX);
        self.taken.insert(host_part);
        Ok(Endpoint { endpoint_id, host_part, ports })
    }

    /// One binding: its claim and how it is shown, or the address that is taken.
    #[allow(clippy::type_complexity)] // two plain pairs
    fn bind(&mut self, port: &str, b: &PortBinding) -> Result<((String, u16, String), Vec<PortBinding>), String> {
        let protocol = port.split_once('/').map_or("tcp", |(_, p)| p).to_owned();
        let address = if b.host_ip.is_empty() { "0.0.0.0".to_owned() } else { b.host_ip.clone() };
        let number = match b.host_port.parse::<u16>() {
            Ok(n) if n != 0 => n,
            _ => self.ephemeral(&protocol),
        };
        let clash = |(p, n, a): &(String, u16, String)| {
            *p == protocol && *n == number && (*a == address || a == "0.0.0.0" || address == "0.0.0.0")
        };
        if self.bound.iter().any(clash) {
            return Err(format!("{address}:{number}"));
        }
        let claim = (protocol, number, address.clone());
        self.bound.insert(claim.clone());
        let shown = |ip: &str| PortBinding { host_ip: ip.to_owned(), host_port: number.to_string() };
        let list = if b.host_ip.is_empty() { vec![shown("0.0.0.0"), shown("::")] } else { vec![shown(&address)] };
        Ok((claim, list))
    }

    fn ephemeral(&mut self, protocol: &str) -> u16 {
        loop {
            let n = self.next_ephemeral;
            self.next_ephemeral = n.checked_add(1).unwrap_or(FIRST_EPHEMERAL);
            if !self.bound.iter().any(|(p, taken, _)| p == protocol && *taken == n) {
                return n;
            }
        }
    }

    /// Gives everything back.
    pub(super) fn disconnect(&mut self, endpoint: &Endpoint) {
        self.taken.remove(&endpoint.host_part);
        for (port, bindings) in &endpoint.ports {
            let protocol = port.split_once('/').map_or("tcp", |(_, p)| p);
            for b in bindings {
                let number = b.host_port.parse().unwrap_or(0);
                self.bound.remove(&(protocol.to_owned(), number, b.host_ip.clone()));
            }
        }
    }

    /// What inspect and listings say of the networks.
    pub(super) fn endpoints(&self, host: &HostConfig, endpoint: Option<&Endpoint>) -> VecMap<String, EndpointSettings> {
        let (name, id) = match is_bridge(host) {
            true => ("bridge", self.network_id.clone()),
            false => (host.network_mode.as_str(), String::new()),
        };
        let settings = match endpoint {
            Some(e) => EndpointSettings {
                network_id: id,
                endpoint_id: e.endpoint_id.clone(),
                gateway: "172.17.0.1".into(),
                ip_address: e.address(),
                ip_prefix_len: 16,
                mac_address: e.mac(),
                ..EndpointSettings::default()
            },
            None => EndpointSettings { network_id: id, ..EndpointSettings::default() },
        };
        VecMap::from([(name.to_owned(), settings)])
    }

    /// The whole block of inspect.
    pub(super) fn settings(
        &self,
        config: &ContainerConfig,
        host: &HostConfig,
        endpoint: Option<&Endpoint>,
        sandbox: Option<&str>,
    ) -> NetworkSettings {
        let networks = self.endpoints(host, endpoint);
        let bridge = networks.get("bridge").cloned().unwrap_or_default();
        let sandbox = sandbox.unwrap_or_default();
        let key = match sandbox.get(..12) {
            Some(start) => format!("/var/run/docker/netns/{start}"),
            None => String::new(),
        };
        let mut ports = VecMap::new();
        if let Some(e) = endpoint {
            ports.extend(config.exposed_ports.iter().flatten().map(|(p, _)| (p.clone(), None)));
            ports.extend(e.ports.iter().map(|(p, b)| (p.clone(), Some(b.clone()))));
        }
        NetworkSettings {
            sandbox_id: sandbox.to_owned(),
            sandbox_key: key,
            ports,
            endpoint_id: bridge.endpoint_id,
            gateway: bridge.gateway,
            ip_address: bridge.ip_address,
            ip_prefix_len: bridge.ip_prefix_len,
            mac_address: bridge.mac_address,
            networks,
            ..NetworkSettings::default()
        }
    }
}

/// The ports of a listing.
pub(super) fn listed_ports(config: &ContainerConfig, endpoint: Option<&Endpoint>) -> Vec<Port> {
    let Some(endpoint) = endpoint else { return Vec::new() };
    let split = |text: &str| {
        let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        (number.parse().unwrap_or(0), protocol.to_owned())
    };
    let mut list = Vec::new();
    for port in config.exposed_ports.iter().flatten().map(|(p, _)| p).filter(|p| !endpoint.ports.contains_key(*p)) {
        let (private_port, r#type) = split(port);
        list.push(Port { private_port, r#type, ..Port::default() });
    }
    for (port, bindings) in &endpoint.ports {
        let (private_port, r#type) = split(port);
        for b in bindings {
            list.push(Port {
                ip: Some(b.host_ip.clone()),
                private_port,
                public_port: b.host_port.parse().ok(),
                r#type: r#type.clone(),
            });
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(port: &str, host_port: &str) -> HostConfig {
        let binding = PortBinding { host_ip: String::new(), host_port: host_port.into() };
        HostConfig { port_bindings: VecMap::from([(port.into(), vec![binding])]), ..HostConfig::default() }
    }

    #[test]
    fn addresses_are_given_back_and_ports_are_not_given_twice() {
        let mut bridge = Bridge::new("n".into());
        let config = ContainerConfig::default();
        let one = bridge.connect("p1", "e1".into(), &config, &published("80/tcp", "8081")).unwrap();
        assert_eq!((one.address().as_str(), one.mac().as_str()), ("172.17.0.2", "02:42:ac:11:00:02"));
        let refused = bridge.connect("p2", "e2".into(), &config, &published("80/tcp", "8081")).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "driver failed programming external connectivity on endpoint p2 (e2): Bind for 0.0.0.0:8081 failed: port is \
             already allocated"
        );
        bridge.disconnect(&one);
        let again = bridge.connect("p2", "e2".into(), &config, &published("80/tcp", "8081")).unwrap();
        assert_eq!(again.address(), "172.17.0.2");
        let free = bridge.connect("p3", "e3".into(), &config, &published("90/tcp", "")).unwrap();
        assert_eq!(free.ports.get("90/tcp").unwrap()[0].host_port, "32768");
    }
}
